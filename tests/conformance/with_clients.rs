//! Client libraries on the local emulator, unmodified: Amplify and amazon-cognito-identity-js in Node.js and in a page of
//! another origin in a browser, pycognito and boto3 in Python, aws-jwt-verify and jose. Each runs through the flows of
//! sign-in; `docs/local-emulator.md` has the table, which `UPDATE_CLIENTS=1` writes.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    example::Example,
    with_boto3::ran,
    with_browser::{Browser, request, respond},
};
use crate::harness::process::Process;

/// The variable with the folder into which `tests/conformance/run` installs the clients for JavaScript.
const CLIENTS: &str = "STACKCTL_CONFORMANCE_CLIENTS";

/// The timeout of all flows in a page, on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Sends the error of a page that cannot run in place of the results.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>Sign-in</title>
<script>
const fail = (reason) => fetch("/results", { method: "POST", body: JSON.stringify({ failed: String(reason) }) });
addEventListener("error", (event) => fail(`${event.message} at ${event.filename}:${event.lineno}`), true);
addEventListener("unhandledrejection", (event) => fail(event.reason?.stack ?? event.reason));
</script>
<script type="module" src="/page.js"></script>"#;

const TEMPORARY: &str = "Temporary-1842-x";

/// The flows in the order of the table.
const FLOWS: &[&str] = &[
    "sign-up with a code",
    "wrong password",
    "password sign-in",
    "SRP sign-in",
    "refresh",
    "attributes",
    "change password",
    "forgotten password",
    "TOTP set-up",
    "TOTP sign-in",
    "devices",
    "global sign-out",
    "new password required",
    "choice of factors",
    "custom challenges",
    "delete user",
];

fn folder() -> PathBuf {
    std::env::var(CLIENTS).unwrap_or_else(|_| panic!("{CLIENTS} is not set; run tests/conformance/run")).into()
}

/// Serves the facts, the page and the codes of messages, and passes the results on.
fn serve(listener: &TcpListener, example: &Example, facts: &Value, results: &mpsc::Sender<Value>) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let Some((line, body)) = request(&stream) else { continue };
        match line.split(' ').nth(1).unwrap_or_default() {
            "/" => respond(&mut stream, "text/html", PAGE),
            "/page.js" => {
                let page = fs::read_to_string(folder().join("page.js")).unwrap();
                respond(&mut stream, "text/javascript", &page);
            }
            "/facts" => respond(&mut stream, "application/json", &facts.to_string()),
            "/results" => {
                respond(&mut stream, "text/plain", "");
                results.send(serde_json::from_str(&body).unwrap()).unwrap();
            }
            "/end" => return,
            path => match path.strip_prefix("/code?to=") {
                Some(to) => respond(&mut stream, "text/plain", &code(example, &to.replace("%40", "@"))),
                None => respond(&mut stream, "text/plain", ""),
            },
        }
    }
}

/// Ends the server when this value is dropped, also by a failed assertion.
struct End<'a>(&'a str);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let _ = super::http::get(&format!("{}/end", self.0), None);
    }
}

/// The code in the latest message to an address.
fn code(example: &Example, to: &str) -> String {
    let messages = example.stackctl(&format!("local mail --to {to} --json"));
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut codes = messages.filter_map(|message| message["code"].as_str().map(str::to_owned));
    codes.next_back().unwrap_or_default()
}

fn deployed(origin: &str) -> Example {
    let example = Example::written();
    example.edit(
        "config.json",
        r#""mfa": "OFF","#,
        r#""mfa": "OPTIONAL", "selfSignUp": true, "autoVerifiedAttributes": ["email"],"#,
    );
    let flows = ["USER_SRP_AUTH", "USER_AUTH", "USER_PASSWORD_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"];
    let flows = json!(flows.map(|flow| format!("ALLOW_{flow}"))).to_string();
    example.edit("config.json", r#"["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]"#, &flows);
    let cors = json!({ "allowedOrigins": [origin] });
    example.edit("config.json", r#""functions": {"#, &format!(r#""cors": {cors}, "functions": {{"#));
    let variable = format!(r#""timeout": 29, "environment": {{ "ALLOWED_ORIGINS": "{origin}" }} }}"#);
    example.edit("config.json", r#""timeout": 29 }"#, &variable);
    example.edit("config.json", r#""timeout": 29 }"#, &variable);
    example.stackctl("up --local --yes");
    example
}

/// The facts for the scripts. Each client gets an invited user of its own.
fn facts(example: &Example) -> Value {
    let mut facts = json!({
        "endpoint": example.output("endpoint"), "pool": example.output("user_pool_id"),
        "client": example.output("client_id"), "region": example.output("region"),
        "url": format!("{}/test_auth", example.output("path_url")),
    });
    let clients = ["node_amplify", "node_identity", "page_amplify", "page_identity"];
    let names = clients.map(|client| format!("{client}.invited@example.com"));
    let pool = example.output("user_pool_id");
    let mut arguments = vec![pool.as_str(), TEMPORARY];
    arguments.extend(names.iter().map(String::as_str));
    arguments.push("pycognito.invited@example.com");
    ran(example, "sign_in/prepare.py", &arguments, "");
    for (client, name) in clients.iter().zip(&names) {
        facts[*client] = json!({ "invited": name, "temporary": TEMPORARY });
    }
    facts
}

#[test]
#[ignore = "needs the clients and the browser that tests/conformance/run installs"]
fn client_libraries_sign_in_to_the_emulator() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (home, origin) = (format!("http://127.0.0.1:{port}"), format!("http://app.localhost:{port}"));
    let example = deployed(&origin);
    let facts = facts(&example);
    let (sender, results) = mpsc::channel();
    let found = thread::scope(|scope| {
        scope.spawn(|| serve(&listener, &example, &facts, &sender));
        let _end = End(&home);
        let mut node = Command::new("node");
        let node = Process::run(node.arg("main.js").arg(&home).current_dir(folder()));
        let in_node = results.try_recv().unwrap_or_else(|_| panic!("{}", node.err));
        let browser = Browser::open(&origin);
        let in_page = results.recv_timeout(TIMEOUT).expect("the page sends its results");
        drop(browser);
        assert_eq!(in_page["failed"], Value::Null, "the page fails");
        let text = |name: &str| facts[name].as_str().unwrap();
        let python = ran(&example, "sign_in/clients.py", &[text("pool"), text("client"), &home], "");
        [in_node, in_page, serde_json::from_str(&python).unwrap()]
    });
    for page in &found[..2] {
        assert_eq!(page["verified"], json!({ "aws-jwt-verify": "yes", "jose": "yes" }));
        assert_eq!(page["called"], 200, "the deployed API accepts the token");
    }
    compare(&table(&found));
}

/// The table of clients and flows.
fn table([node, page, python]: &[Value; 3]) -> String {
    let columns = [
        ("aws-amplify 6, Node.js", &node["aws-amplify"]),
        ("aws-amplify 6, browser", &page["aws-amplify"]),
        ("amazon-cognito-identity-js 6, Node.js", &node["amazon-cognito-identity-js"]),
        ("amazon-cognito-identity-js 6, browser", &page["amazon-cognito-identity-js"]),
        ("pycognito", &python["pycognito"]),
        ("boto3", &python["boto3"]),
    ];
    let failed: BTreeMap<_, _> = columns
        .iter()
        .flat_map(|(name, flows)| flows.as_object().unwrap().iter().map(move |(flow, result)| ((*name, flow), result)))
        .filter(|(_, result)| *result != "yes")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let names = columns.map(|(name, _)| name);
    let head = row([&["flow"], names.as_slice()].concat()) + "|---|---|---|---|---|---|---|\n";
    let rows = FLOWS.iter().map(|flow| {
        let cells = columns.map(|(_, flows)| flows[flow].as_str().unwrap_or("–"));
        row([&[*flow], cells.as_slice()].concat())
    });
    head + &rows.collect::<Vec<_>>().concat()
}

fn compare(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/local-emulator.md");
    let page = fs::read_to_string(&path).unwrap();
    let begin = "<!-- generated: clients -->\n";
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let current = format!("{before}{begin}\n{table}\n<!-- end -->{after}");
    if std::env::var_os("UPDATE_CLIENTS").is_some() {
        fs::write(&path, &current).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), current, "run `UPDATE_CLIENTS=1 tests/conformance/run clients`");
}
