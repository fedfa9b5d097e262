//! Manual changes, as in the AWS console.

use super::journeys::Deed;
use crate::harness::connect;

/// Makes the change on the only stack of an emulator.
pub(super) async fn carry_out(deed: Deed, local: &stackctl_local::Emulator) {
    let clients = connect(local).await;
    match deed {
        Deed::DeleteRestApi => {
            let id = only(local, "/apigateway/apis");
            clients.apigateway.delete_rest_api().rest_api_id(id).send().await.unwrap();
        }
        Deed::AddUsers(count) => {
            let pool = only(local, "/cognito/pools");
            for number in 0..count {
                let request = clients.cognito.admin_create_user().user_pool_id(&pool);
                request.username(format!("user-{number}@shop.example")).send().await.unwrap();
            }
        }
    }
}

/// The only id at a path of the emulator's data.
fn only(local: &stackctl_local::Emulator, place: &str) -> String {
    let snapshot = local.snapshot();
    let things = snapshot.pointer(place).and_then(serde_json::Value::as_object).unwrap();
    let [id] = things.keys().collect::<Vec<_>>()[..] else {
        panic!("{place} does not have exactly one member: {things:?}")
    };
    id.clone()
}
