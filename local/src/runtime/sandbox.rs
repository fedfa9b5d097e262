//! The means of the system that keep an execution environment apart: namespaces made with util-linux's `unshare`, and
//! what this machine cannot enforce without them.
//!
//! Inside, a function sees Lambda's folders: `/var/task` and the system read-only, an empty `/tmp` of its configured
//! size, and no processes but its own. All of it ends with the environment's first process.

use std::{
    env,
    ffi::OsString,
    fs, io,
    io::Write as _,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use super::{Place, interpreter::Interpreter};

/// Lambda's folders inside the sandbox.
pub(super) const TASK_ROOT: &str = "/var/task";
pub(super) const RUNTIME: &str = "/var/runtime";

/// The system's folders that a function may read.
const SYSTEM: [&str; 13] =
    ["bin", "dev", "etc", "gnu", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "sys", "usr", "run/systemd/resolve"];

/// The users of Lambda's environment.
const USERS: &str = "root:x:0:0:root:/root:/bin/bash\nsbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n";

/// Sets up the sandbox, then runs the program as a user without rights. `$1` is the new root, `$2` its table of mounts
/// and `$3` the last process id used.
///
/// The shell stays as the first process, which inherits and reaps orphans. Process ids begin high: an id that a function
/// logs never names another process of this machine.
const SCRIPT: &str = r#"
set -e
root=$1 table=$2 last=$3 path=$PATH
shift 3
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
unshare=$(command -v unshare)
mount -t tmpfs -o size=1m,mode=0755 tmpfs "$root"
for link in /bin /lib /lib32 /lib64 /libx32 /sbin; do if [ -L "$link" ]; then cp -P "$link" "$root"; fi; done
mount -a -T "$table"
mkdir "$root/mnt"
cd "$root"
mount -o remount,bind,ro "$root"
pivot_root . mnt
umount -l /mnt
cd /var/task
(echo "$last" >/proc/sys/kernel/ns_last_pid) 2>/dev/null || true
ulimit -c 0
ulimit -n 1024
{ ulimit -u 742 || ulimit -p 742; } 2>/dev/null || true
set +e
PATH=$path
"$unshare" --user --map-user=993 --map-group=990 -- "$@"
exit $?
"#;

/// Whether functions run in a sandbox on this machine. The first call tries it.
pub(super) fn works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| try_out().unwrap_or(false))
}

/// What Lambda enforces and the local emulator cannot enforce on this machine, for people.
#[must_use]
pub fn not_enforced() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if !works() {
        missing.push("a private /tmp of the configured size: functions share this machine's");
        missing.push("a read-only file system: functions can write wherever you can, but not to their code");
        missing.push("a separate process tree: functions see this machine's processes");
    }
    if super::memory::of_process(std::process::id()).is_none() {
        missing.push("the memory limit: this system does not show the memory of a process");
    }
    missing
}

/// Makes the files and folders that sandboxes need beside the code.
pub(super) fn furnish(folder: &Path) -> io::Result<()> {
    // The SDK of this machine appears in the last one.
    for name in ["code", "root", "tmp", "runtime", "runtime/node_modules"] {
        fs::create_dir(folder.join(name))?;
    }
    fs::File::create_new(folder.join("users"))?.write_all(USERS.as_bytes())
}

/// The program that makes namespaces. A function may have a `PATH` of its own, so it is searched on the emulator's.
fn unshare() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join("unshare")).find(|program| program.is_file())
}

fn try_out() -> io::Result<bool> {
    let folder = tempfile::tempdir()?;
    furnish(folder.path())?;
    let place = Place::below(folder.path(), folder.path().join("code"));
    let sandbox = Sandbox::new(&place, &Interpreter::Bootstrap, 512)?;
    let check = "test -w /tmp && ! test -w /var/task && ! test -w / && test -r /proc/self/status";
    let (program, arguments) = sandbox.command("/bin/sh".into(), vec!["-c".into(), check.into()]);
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        tracing::info!(%reason, status = %output.status, "functions run without a sandbox");
    }
    Ok(output.status.success())
}

/// The file system of one function's sandbox.
#[derive(Debug)]
pub(super) struct Sandbox {
    root: PathBuf,
    table: PathBuf,
}

impl Sandbox {
    /// Writes the table of mounts for a function. `tmp` is the size of its `/tmp` in megabytes.
    pub(super) fn new(place: &Place, interpreter: &Interpreter, tmp: u32) -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let root = place.root.display().to_string();
        let mut table = Table { text: String::new(), root: &root, mounts: &mounts };
        for name in SYSTEM {
            let folder = Path::new("/").join(name);
            if folder.is_dir() && !folder.is_symlink() {
                table.bind(&folder, &folder, "rbind");
            }
        }
        table.mount("proc", "/proc", "proc", "nosuid,nodev,noexec");
        table.mount("tmpfs", "/dev/shm", "tmpfs", "ro,size=4k");
        table.mount("tmpfs", "/tmp", "tmpfs", &format!("size={tmp}m,mode=1777,nosuid,nodev"));
        table.bind(&place.folder.join("users"), Path::new("/etc/passwd"), "bind");
        table.bind(&place.task_root, Path::new(TASK_ROOT), "bind");
        table.bind(&place.runtime, Path::new(RUNTIME), "bind");
        if let Some(program) = interpreter.program() {
            table.bind(&named(&place.folder, interpreter)?, Path::new("/var/lang/bin"), "bind");
            let is_system = |folder: &&PathBuf| SYSTEM.iter().any(|name| folder.starts_with(Path::new("/").join(name)));
            let own = program.roots.iter().filter(|folder| folder.parent().is_some() && !is_system(folder));
            for folder in own {
                table.bind(folder, folder, "bind");
            }
            if let Some(modules) = program.global_modules() {
                // The folder where `require` finds the SDK on Lambda, and one that `import` searches from `/var/task`.
                for target in ["/var/runtime/node_modules", "/var/node_modules"] {
                    table.bind(&modules, Path::new(target), "bind");
                }
            }
        }
        let mut file = tempfile::NamedTempFile::new_in(&place.folder)?;
        file.write_all(table.text.as_bytes())?;
        let path = place.folder.join(format!("mounts-{}", uuid::Uuid::new_v4().simple()));
        file.persist(&path).map_err(|error| error.error)?;
        Ok(Self { root: place.root.clone(), table: path })
    }

    /// The command that runs a program in the sandbox. Killing it kills every process inside.
    pub(super) fn command(&self, program: PathBuf, arguments: Vec<OsString>) -> (PathBuf, Vec<OsString>) {
        let last = 1_000_000 + uuid::Uuid::new_v4().as_u128() % 3_000_000;
        let mut all: Vec<OsString> = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--"]
            .into_iter()
            .chain(["/bin/sh", "-c", SCRIPT, "sandbox"])
            .map(OsString::from)
            .collect();
        all.extend([self.root.clone().into(), self.table.clone().into(), last.to_string().into(), program.into()]);
        all.extend(arguments);
        (unshare().unwrap_or_default(), all)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may be gone with its folder.
        let _ = fs::remove_file(&self.table);
    }
}

/// A folder in which the interpreter has the names that it has on Lambda.
fn named(folder: &Path, interpreter: &Interpreter) -> io::Result<PathBuf> {
    let Some(program) = interpreter.program() else { return Ok(folder.to_owned()) };
    let full = format!("python{}", program.version);
    let names = match interpreter {
        Interpreter::Python(_) => vec!["python", "python3", &full],
        _ => vec!["node"],
    };
    let folder = folder.join(format!("{}-{}", names[0], program.version));
    fs::create_dir_all(&folder)?;
    for name in names {
        match symlink(&program.path, folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(folder)
}

/// A table of mounts, as in `fstab`.
struct Table<'a> {
    text: String,
    root: &'a str,
    mounts: &'a str,
}

impl Table<'_> {
    fn bind(&mut self, from: &Path, to: &Path, how: &str) {
        let options = format!("{how},ro{}", locked_options(self.mounts, from));
        self.mount(&from.display().to_string(), &to.display().to_string(), "none", &options);
    }

    fn mount(&mut self, from: &str, to: &str, kind: &str, options: &str) {
        let target = format!("{}{to}", self.root);
        for field in [from, &target, kind] {
            self.text.push_str(&field.replace('\\', "\\134").replace(' ', "\\040").replace('\t', "\\011"));
            self.text.push(' ');
        }
        self.text.push_str(options);
        self.text.push_str(",X-mount.mkdir 0 0\n");
    }
}

/// The options of the mount that a path is on, which a namespace of an ordinary user must repeat to make it read-only.
fn locked_options(mounts: &str, path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).filter(|fields| fields.len() > 5);
    let of_path = fields.filter(|fields| real.starts_with(fields[4])).max_by_key(|fields| fields[4].len());
    let options = of_path.map_or("", |fields| fields[5]);
    let kept = ["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"];
    options.split(',').filter(|option| kept.contains(option)).flat_map(|option| [",", option]).collect()
}
