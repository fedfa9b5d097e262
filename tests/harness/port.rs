//! A port at which a test waits, with a timeout, for a process to connect.

use std::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use super::process::TIMEOUT;

pub(crate) struct Port {
    number: u16,
    connections: Receiver<TcpStream>,
}

impl Port {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = listener.local_addr().unwrap().port();
        let (sender, connections) = channel();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if sender.send(connection).is_err() {
                    return;
                }
            }
        });
        Self { number, connections }
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    /// Waits for the next connection.
    #[track_caller]
    pub(crate) fn accept(&self) -> TcpStream {
        self.connections.recv_timeout(TIMEOUT).expect("no process connects")
    }
}
