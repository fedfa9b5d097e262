//! The same checks on the local emulator as on the other servers.

use stackctl_local::{Emulator, Settings};
use tokio::net::TcpListener;

use super::{buckets, buckets::Bucket, clients::Clients, stores};

#[tokio::test(flavor = "multi_thread")]
async fn s3_behaves_as_a_state_requires() {
    let cloud = Emulator::new(Settings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
    let serving = tokio::spawn(stackctl_local::serve(cloud.clone(), listener, std::future::pending()));
    let s3 = Clients::of(&url).s3;
    buckets::are_what_a_state_relies_on(&s3).await;
    stores::keep_states(&s3, &url, true).await;
    Bucket::make(&s3, "owned").await.asks_for_its_owner((403, "AccessDenied")).await;
    Bucket::make(&s3, "placed").await.is_in_its_region((400, "AuthorizationHeaderMalformed")).await;
    cloud.stop();
    serving.await.expect("the server does not panic").expect("the server ends without an error");
}
