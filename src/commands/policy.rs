//! `stackctl policy`: the IAM policy of a deployer, and the trust policy of its role.

use crate::{
    aws::permissions::{self, Deployer},
    cli::PolicyArgs,
    config::Identity,
    exit::Exit,
    failure::Failure,
    report::PolicyDocument,
    session::{Run, project},
};

pub(crate) fn run(run: &Run, arguments: &PolicyArgs) -> Result<Exit, Failure> {
    let identity = project::identify(run)?;
    let account = arguments.account.clone().or_else(|| identity.account_id.clone());
    let documents = match &arguments.trust {
        Some(subject) => {
            let account = account.ok_or_else(no_account)?;
            vec![permissions::github_trust(&account, &identity.region, subject)]
        }
        None => deployer(arguments, &identity, account).policies(),
    };
    if documents.len() > 1 {
        let limit = permissions::POLICY_LIMIT;
        run.report.note(format!("{} policies, because IAM allows {limit} characters in one", documents.len()));
    }
    for document in documents {
        let size = permissions::size(&document);
        run.report.data(&PolicyDocument { document, size });
    }
    Ok(Exit::Done)
}

fn deployer(arguments: &PolicyArgs, identity: &Identity, account: Option<String>) -> Deployer {
    let account = account.unwrap_or_else(|| "*".to_owned());
    let state = identity.bucket(&account).map(|s3| {
        let folder = s3.key.rfind('/').map_or(s3.key.as_str(), |end| &s3.key[..=end]);
        (s3.bucket.clone(), folder.to_owned())
    });
    Deployer {
        account,
        region: identity.region.clone(),
        service_name: identity.service_name.clone(),
        stage: if arguments.all_stages { "*".to_owned() } else { identity.stage.clone() },
        state,
        read_only: arguments.read_only,
    }
}

fn no_account() -> Failure {
    Failure::usage("the trust policy needs the id of the account, whose identity provider it names")
        .hint("add `--account ID`, or set `deployment.accountId` in the config")
}
