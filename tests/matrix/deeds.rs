//! What somebody does by hand, in AWS's console.

use super::journeys::Deed;
use crate::harness::connect;

/// Does it on the only stack of a cloud.
pub(super) async fn carry_out(deed: Deed, local: &stackctl_local::Cloud) {
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

/// The id of the only thing at a place of the cloud.
fn only(local: &stackctl_local::Cloud, place: &str) -> String {
    let snapshot = local.snapshot();
    let things = snapshot.pointer(place).and_then(serde_json::Value::as_object).unwrap();
    let [id] = things.keys().collect::<Vec<_>>()[..] else { panic!("{place} holds not one thing: {things:?}") };
    id.clone()
}
