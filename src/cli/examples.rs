//! The examples in the help of the commands.

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  stackctl init
  stackctl init notes --name notes --region eu-west-1";

pub(super) const VALIDATE_EXAMPLES: &str = "\
Examples:
  stackctl validate                       every stage
  stackctl validate --stage prod";

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  stackctl plan --stage prod
  stackctl plan --detailed-exitcode || echo there are changes
  stackctl plan --stage prod --out plan.json && stackctl up plan.json --stage prod
  stackctl plan --out plan.json --with-packages";

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  stackctl show plan.json
  stackctl show plan.json --json | jq 'select(.event == \"plan\").counts'";

pub(super) const UP_EXAMPLES: &str = "\
Examples:
  stackctl up --local
  stackctl up --stage prod --yes
  stackctl up plan.json --yes             applies the plan of `plan --out plan.json`
  stackctl up --no-check                  accepts the live version without checking it";

pub(super) const STATUS_EXAMPLES: &str = "\
Examples:
  stackctl status --stage prod
  stackctl status --detailed-exitcode || echo there are differences";

pub(super) const HISTORY_EXAMPLES: &str = "\
Examples:
  stackctl history
  stackctl history --json | jq -r '.releases[]?.release.number'";

pub(super) const ROLLBACK_EXAMPLES: &str = "\
Examples:
  stackctl rollback                       to the last available release before the live one
  stackctl history && stackctl rollback 7
  stackctl rollback --no-check            accepts the live version without checking it";

pub(super) const DOWN_EXAMPLES: &str = "\
Examples:
  stackctl down --local
  stackctl down --stage test --yes --delete-users 3";

pub(super) const LIST_EXAMPLES: &str = "\
Examples:
  stackctl list
  stackctl list --json | jq -r '.stacks[]? | [.stack, .stage, .place] | @tsv'";

pub(super) const OUTPUTS_EXAMPLES: &str = "\
Examples:
  stackctl outputs                        a table
  curl $(stackctl outputs invoke_url)/test
  eval \"$(stackctl outputs --env)\"       into this shell: $INVOKE_URL, $USER_POOL_ID, ...
  stackctl outputs --dotenv > .env        into a file for other tools";

pub(super) const POLICY_EXAMPLES: &str = "\
Examples:
  stackctl policy --stage prod > deployer.json
  stackctl policy --read-only             for a job that only runs `plan` or `status`
  stackctl policy --trust github:acme/shop:main --account 123456789012";

pub(super) const WATCH_EXAMPLES: &str = "\
Examples:
  stackctl watch --local                  deploy every save to the local emulator
  stackctl watch --stage ann              to a stage of your own
  stackctl watch --local --json | jq -r 'select(.event == \"cycle\") | .outcome'";

pub(super) const CALL_EXAMPLES: &str = "\
Examples:
  stackctl call GET /test
  stackctl call GET /test_auth --as mail@example.com
  stackctl call POST /items --data @item.json --query dry_run=1 -i
  STACKCTL_TOKEN=$TOKEN stackctl call GET /test_auth --fail";

pub(super) const INVOKE_EXAMPLES: &str = "\
Examples:
  stackctl invoke report --data '{\"month\": \"2026-11\"}'
  stackctl invoke report --data @event.json > report.json";

pub(super) const LOGS_EXAMPLES: &str = "\
Examples:
  stackctl logs                           everything of the last ten minutes
  stackctl logs report --since 2h --filter ERROR
  stackctl logs --follow                  until Ctrl-C
  stackctl logs --api report              the requests to the API, and the log of `report`
  stackctl logs --api --filter '{ $.status = \"5*\" }'       on AWS only
  stackctl logs --json --since 1d | jq -r 'select(.event == \"log_line\") | .message'";

pub(super) const START_EXAMPLES: &str = "\
Examples:
  stackctl local start
  stackctl local start --port 4566 --idle-stop 30m
  stackctl local start --foreground       until Ctrl-C";

pub(super) const RESET_EXAMPLES: &str = "\
Examples:
  stackctl local reset
  stackctl local reset --yes && stackctl up --local";

pub(super) const LOCAL_LOGS_EXAMPLES: &str = "\
Examples:
  stackctl local logs
  stackctl local logs --follow            until Ctrl-C
  stackctl local logs --json | jq -c 'select(.kind == \"request\" and .status >= 500)'";

pub(super) const MAIL_EXAMPLES: &str = "\
Examples:
  stackctl local mail
  stackctl local mail --follow
  stackctl local mail --to ada@example.com --json | jq -r 'select(.event == \"mail\") | .code' | tail -1";

pub(super) const RECOVER_EXAMPLES: &str = "\
Examples:
  stackctl recover --local
  stackctl recover --stage prod && stackctl plan --stage prod";

pub(super) const UNLOCK_EXAMPLES: &str = "\
Examples:
  stackctl unlock
  stackctl unlock --stage prod --yes";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  bash        echo 'source <(stackctl completions bash)' >> ~/.bashrc
  zsh         echo 'source <(stackctl completions zsh)' >> ~/.zshrc
  fish        echo 'stackctl completions fish | source' >> ~/.config/fish/config.fish
  elvish      echo 'eval (stackctl completions elvish | slurp)' >> ~/.elvish/rc.elv
  PowerShell  stackctl completions powershell | Out-String | Invoke-Expression  # in $PROFILE";
