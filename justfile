# What there is to do here. `just` alone lists it.
_default:
    @just --list --unsorted

# Everything CI runs, and typos where it is installed
check:
    .ci/run
    if command -v typos >/dev/null; then typos; fi

# Bring the example up on this machine
up:
    cargo run -- up --local

# Run the tests; with words, those whose names contain one of them
test *words:
    cargo test --workspace -- {{ words }}

# Judge stackctl by moto and ministack, and its local emulator by the AWS CLI, boto3 and a browser
conformance:
    tests/conformance/run

# Cut every journey at every call and save, also with SIGKILL, and write docs/kill-matrix.md from it; `fewer` if need be
kill-matrix wish="1":
    UPDATE_KILL_MATRIX={{ wish }} cargo test --test main the_whole_matrix -- --ignored

# Measure how soon a save answers under `stackctl watch --local`
watch-pace:
    cargo test --test main the_pace_of_a_watch -- --ignored --nocapture

# Measure requests/s to an API of the local emulator, over the number of users and routes
bench-emulator:
    cargo bench -p stackctl-local --bench emulator

# Write the schema of config.json anew from the types
schema:
    UPDATE_SCHEMA=1 cargo test --test main -- the_committed_schema the_schema_of_the_events

# Write local/models from the botocore of tests/conformance/models.txt, and docs/aws-constraints.md from both
models:
    UPDATE_CONSTRAINTS=1 tests/conformance/run constraints

# Format everything
fmt:
    cargo fmt --all

# The lints, as CI sees them
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

# Licenses, duplicates, sources, advisories and unused dependencies
dependencies:
    .ci/dependencies

# The documentation of the code
doc:
    cargo doc --workspace --no-deps --open

# Build the documentation site into target/book
docs:
    .ci/docs

# Write the generated pages of docs/ anew
docs-pages:
    UPDATE_DOCS=1 cargo test --test main the_generated_pages
