//! Secrets in a verbose session, and in the logs of the AWS client. The sandbox checks every run of every test for
//! secrets; this session has all kinds of them.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ExplicitAuthFlowsType};
use aws_sdk_lambda::{primitives::Blob, types::FunctionCode};
use stackctl_local::Settings;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::{emulator::ServedEmulator, sandbox::Sandbox};
use crate::harness::{connect, python};

const PASSWORD: &str = "Engine-1842";
const WRONG: &str = "Wheels-1842";

/// A stack with a client secret and a secret variable. The environment makes the AWS client log signed requests, if
/// that level is enabled.
fn verbose(aws: &ServedEmulator) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    let sandbox = sandbox.with("RUST_LOG", "trace").with("LOG_SIGNABLE_BODY", "true");
    sandbox.edit(r#""functions":"#, r#""client": { "generateSecret": true }, "functions":"#);
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "environment": { "API_KEY": "hunter2-hunter2" } }"#);
    sandbox
}

#[test]
fn a_verbose_session_prints_no_secret() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = verbose(&aws);
    for flags in ["-vvv", "-vvv --json"] {
        let lines = [
            ("plan", 0),
            ("up --yes", 0),
            ("user create ann@example.com", 0),
            ("user create ann@example.com", 1),
            ("user auth ann@example.com", 0),
            ("status", 0),
            ("outputs", 0),
        ];
        for (line, code) in lines {
            let ran = sandbox.run(&format!("{line} {flags}"));
            assert_eq!(ran.code, code, "{line} {flags}: {}", ran.err);
        }
        sandbox.edit("hunter2-hunter2", "hunter3-hunter3");
        assert!(sandbox.run(&format!("plan {flags}")).out.contains("API_KEY"));
        assert_eq!(sandbox.run(&format!("up --yes {flags}")).code, 0);
        sandbox.edit("hunter3-hunter3", "hunter2-hunter2");
        assert_eq!(sandbox.run(&format!("down --yes --delete-users 1 {flags}")).code, 0);
    }
}

#[test]
fn a_verbose_failure_prints_no_secret() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = verbose(&aws);
    aws.refuse("lambda:CreateFunction");
    aws.refuse("cognito-idp:CreateUserPoolClient");
    assert_eq!(sandbox.run("up --yes -vvv").code, 4);
    sandbox.done("up --yes -vvv");
    for operation in ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge"] {
        aws.refuse(operation);
        assert_eq!(sandbox.run("user create ann@example.com -vvv").code, 1, "{operation}");
    }
    sandbox.done("user create ann@example.com -vvv");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", WRONG);
    assert_eq!(sandbox.run("user auth ann@example.com -vvv").code, 1);
}

/// All log lines.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Records all log lines of this thread until the guard is dropped.
    fn begin(&self) -> DefaultGuard {
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        tracing::subscriber::set_default(all.with_writer(self.clone()).finish())
    }

    /// `LEVEL target` of every line that contains one of these texts.
    fn with(&self, parts: &[&str]) -> BTreeSet<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let telling = text.lines().filter(|line| parts.iter().any(|part| line.contains(part)));
        telling.map(heading).collect()
    }
}

/// The level and the target of `TIME LEVEL span{..}: target: message`.
fn heading(line: &str) -> String {
    let level = line.split_whitespace().nth(1).unwrap_or_default();
    let target = line.split(' ').find(|word| word.contains("::") && word.ends_with(':')).unwrap_or_default();
    format!("{level} {}", target.trim_end_matches(':'))
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_aws_client_logs_secrets_only_at_levels_that_no_flag_shows() {
    let log = Log::default();
    let _logging = log.begin();
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    let pool = cloud.cognito.create_user_pool().pool_name("people").send().await.unwrap();
    let pool = pool.user_pool.unwrap().id.unwrap();
    let client = cloud.cognito.create_user_pool_client().user_pool_id(&pool).client_name("web").generate_secret(true);
    let client = client.explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth).send().await.unwrap();
    let client = client.user_pool_client.unwrap();
    let secret = client.client_secret.unwrap();
    let request = cloud.cognito.admin_initiate_auth().user_pool_id(&pool).client_id(client.client_id.unwrap());
    let request = request.auth_flow(AuthFlowType::AdminUserPasswordAuth).auth_parameters("USERNAME", "ann");
    let _ = request.auth_parameters("PASSWORD", PASSWORD).send().await;
    let code = python("x = 1");
    cloud.packages.extend([code.clone()]);
    let variables = aws_sdk_lambda::types::Environment::builder().variables("API_KEY", "hunter2-hunter2").build();
    let code = FunctionCode::builder().zip_file(Blob::new(code.1.to_vec())).build();
    let _ = cloud.lambda.create_function().function_name("f").environment(variables).code(code).send().await;
    insta::assert_debug_snapshot!(log.with(&[&secret, PASSWORD, "hunter2-hunter2"]), @r#"
    {
        "TRACE aws_smithy_runtime::client::orchestrator",
    }
    "#);
}
