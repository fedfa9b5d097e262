//! The example file, and what a configuration becomes when it is loaded.

use stackctl::config::{Auth, RouteKey};

use super::harness::Folder;

#[test]
fn the_repositorys_own_configuration_is_without_problems() {
    let loaded = Folder::example().load().unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.deployment.service_name, "myname1");
    assert_eq!(loaded.config.function_name("test_auth"), "myname1-dev-test_auth");
    let route = |key: &str| &loaded.config.routes[&key.parse::<RouteKey>().unwrap()];
    assert_eq!(route("GET /test").auth, Auth::None);
    assert_eq!(route("GET /test_auth").auth, Auth::IdToken);
}
