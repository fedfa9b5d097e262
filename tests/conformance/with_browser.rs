//! A browser on the local emulator: pages of other origins call the example with credentials, and the browser decides
//! which responses they can read.
//!
//! Every host name resolves to this machine (`--host-resolver-rules`), so that a page can have any origin and no other
//! machine is reached.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use serde_json::{Value, json};

use super::example::Example;

/// The variable with the path of the browser that `tests/conformance/run` found or installed.
const BROWSER: &str = "STACKCTL_CONFORMANCE_BROWSER";

const PAGE: &str = include_str!("browser.html");

/// The timeout for all pages, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(50);

/// Serves the page to a browser that visits one host after the other, and collects their results.
struct Pages {
    listener: TcpListener,
    hosts: Vec<String>,
    facts: Value,
}

impl Pages {
    /// The origin of the page on a host.
    fn origin(&self, host: &str) -> String {
        format!("http://{host}:{}", self.listener.local_addr().unwrap().port())
    }

    /// Serves until every host has sent its results.
    fn serve(&self, told: &mpsc::Sender<(String, Value)>) {
        let mut left = self.hosts.iter().skip(1);
        let mut telling = 0;
        while telling < self.hosts.len() {
            let (mut stream, _) = self.listener.accept().unwrap();
            let Some((line, body)) = request(&stream) else { continue };
            match line.as_str() {
                "GET / HTTP/1.1" => respond(&mut stream, "text/html", PAGE),
                "GET /facts HTTP/1.1" => respond(&mut stream, "application/json", &self.facts.to_string()),
                "POST /results HTTP/1.1" => {
                    let next = left.next().map(|host| self.origin(host)).unwrap_or_default();
                    respond(&mut stream, "text/plain", &next);
                    told.send((self.hosts[telling].clone(), serde_json::from_str(&body).unwrap())).unwrap();
                    telling += 1;
                }
                _ => respond(&mut stream, "text/plain", ""),
            }
        }
    }
}

/// The first line and the body of a request.
pub(super) fn request(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.trim().to_owned(), String::from_utf8(body).ok()?))
}

pub(super) fn respond(stream: &mut TcpStream, kind: &str, body: &str) {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close", body.len());
    // The browser may have closed the connection.
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}

/// A browser; it is stopped when this value is dropped.
pub(super) struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(super) fn open(url: &str) -> Self {
        let program =
            std::env::var(BROWSER).unwrap_or_else(|_| panic!("{BROWSER} is not set; run tests/conformance/run"));
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]);
        command.args(["--no-first-run", "--disable-background-networking", "--disable-component-update"]);
        command.args(["--disable-sync", "--remote-debugging-port=0", "--host-resolver-rules=MAP * 127.0.0.1"]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg(url).env("HOME", profile.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, _profile: profile }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the page on each of these hosts, and returns what each could read.
fn visit(pages: Pages) -> BTreeMap<String, Value> {
    let (told, results) = mpsc::channel();
    let (first, count) = (pages.origin(&pages.hosts[0]), pages.hosts.len());
    let _serving = std::thread::spawn(move || pages.serve(&told));
    let _browser = Browser::open(&first);
    (0..count).map(|_| results.recv_timeout(PATIENCE).expect("the browser shows the page")).collect()
}

/// The example, with CORS for one origin and all subdomains of a domain, with credentials.
fn open_example(origins: &[String]) -> (Example, Value) {
    let example = Example::written();
    let cors = json!({
        "allowedOrigins": origins, "allowCredentials": true, "exposedHeaders": ["X-Total"],
        "allowedHeaders": ["Authorization", "Content-Type", "X-Trace"],
    });
    example.edit("config.json", r#""functions": {"#, &format!(r#""cors": {cors}, "functions": {{"#));
    let variable = format!(r#""timeout": 29, "environment": {{ "ALLOWED_ORIGINS": "{}" }}"#, origins.join(" "));
    example.edit("config.json", r#""timeout": 29"#, &variable);
    example.edit("config.json", r#""timeout": 29 }"#, &format!("{variable} }}"));
    let headers = r#""Access-Control-Allow-Credentials": "true", "Access-Control-Expose-Headers": "X-Total","#;
    let headers = format!(r#"{headers} "X-Total": "7", "X-Hidden": "8", "Vary": "Origin"}}"#);
    example.edit("lambdas/test/test.py", r#""Vary": "Origin"}"#, &headers);
    let said = example.stackctl("up --local --yes --json");
    assert!(said.contains(r#""cors_blocked":[]"#), "the check takes the functions' headers for right: {said}");
    let token = example.user("ada@example.com", "Engine1842");
    let facts = json!({ "api": example.output("invoke_url"), "token": token });
    (example, facts)
}

#[test]
#[ignore = "needs the browser that tests/conformance/run finds or installs"]
fn only_pages_of_allowed_origins_can_read_the_api_in_a_browser() {
    let hosts =
        ["app.example.com", "feature-1.preview.example.com", "preview.example.com.evil.test"].map(str::to_owned);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut pages = Pages { listener, hosts: hosts.to_vec(), facts: Value::Null };
    let allowed = [pages.origin("app.example.com"), pages.origin("*.preview.example.com")];
    let (_example, facts) = open_example(&allowed);
    pages.facts = facts;
    let results = visit(pages);
    let read = json!({ "status": 200, "total": "7", "hidden": null });
    let refused = |status: u16| json!({ "status": status, "total": null, "hidden": null });
    let blocked = json!({ "blocked": "TypeError" });
    let told = json!({
        "open": read, "traced": read, "signed_in": read,
        "forged": refused(401), "without_a_token": refused(401), "no_route": refused(403),
        "other_header": blocked, "other_method": blocked,
    });
    for host in &hosts[..2] {
        assert_eq!(results[host], told, "{host}");
    }
    // Any page can read an error of API Gateway itself that needs no preflight: it has no data of a user.
    let unmanaged = json!({
        "open": blocked, "traced": blocked, "signed_in": blocked,
        "forged": blocked, "without_a_token": refused(401), "no_route": refused(403),
        "other_header": blocked, "other_method": blocked,
    });
    assert_eq!(results[&hosts[2]], unmanaged);
}
