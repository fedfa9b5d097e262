//! Connections that send one request after the other, and the times of their responses.

use std::{
    fmt,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
};

use super::stack::Stack;

/// The times of many responses.
pub(crate) struct Times {
    sorted: Vec<Duration>,
    took: Duration,
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |share: usize| self.sorted[(self.sorted.len() - 1) * share / 100].as_secs_f64() * 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "a count of responses")]
        let rate = self.sorted.len() as f64 / self.took.as_secs_f64();
        formatter.pad(&format!("{rate:.0} {:.2} ms {:.2} ms", millis(50), millis(99)))
    }
}

/// Sends this request over some connections for some time, after some seconds in which the functions start.
pub(crate) async fn load(stack: &Stack, request: &str, connections: usize, time: Duration) -> Times {
    send(stack, request, connections, Duration::from_secs(3)).await;
    send(stack, request, connections, time).await
}

async fn send(stack: &Stack, request: &str, connections: usize, time: Duration) -> Times {
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (address, request) = (stack.address, request.to_owned());
        senders.spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
            let mut times = Vec::new();
            while began.elapsed() < time {
                let sent = Instant::now();
                stream.write_all(request.as_bytes()).await.unwrap();
                receive(&mut stream).await;
                times.push(sent.elapsed());
            }
            times
        });
    }
    let mut sorted = senders.join_all().await.concat();
    sorted.sort();
    Times { sorted, took: began.elapsed() }
}

/// Reads one response, which must be a success.
async fn receive(stream: &mut BufReader<TcpStream>) {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let header = line.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
}
