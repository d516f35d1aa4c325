use super::*;

/// A server that answers every byte with itself.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn bytes_pass_and_are_counted_in_both_directions() {
    let line = Line::open().await.unwrap();
    line.aim(echo().await);
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(b"hello").await.unwrap();
    let mut back = [0; 5];
    caller.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"hello");
    let traffic = line.traffic();
    assert_eq!((traffic.up, traffic.down, traffic.refused), (5, 5, 0));
}

#[tokio::test]
async fn a_cut_line_ends_connections_and_turns_new_ones_away_until_it_is_restored() {
    let line = Line::open().await.unwrap();
    line.aim(echo().await);
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(b"a").await.unwrap();
    caller.read_exact(&mut [0; 1]).await.unwrap();
    line.cut();
    assert!(matches!(caller.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    let mut turned_away = TcpStream::connect(line.address()).await.unwrap();
    assert!(matches!(
        turned_away.read(&mut [0; 1]).await,
        Ok(0) | Err(_)
    ));
    line.watch().refused(1).await;
    line.restore();
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(b"b").await.unwrap();
    let mut back = [0; 1];
    caller.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"b");
}

#[tokio::test]
async fn a_cut_that_is_mended_at_once_ends_what_was_open() {
    let line = Line::open().await.unwrap();
    line.aim(echo().await);
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(b"a").await.unwrap();
    caller.read_exact(&mut [0; 1]).await.unwrap();
    line.cut();
    line.restore();
    assert!(matches!(caller.read(&mut [0; 1]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_planned_cut_comes_in_the_middle_of_the_bytes() {
    let line = Line::open().await.unwrap();
    line.aim(echo().await);
    line.cut_after(150);
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(&[7; 100]).await.unwrap();
    let mut back = Vec::new();
    let _ = caller.read_to_end(&mut back).await;
    line.watch().cut().await;
    assert!(back.len() <= 50, "{}", back.len());
    assert_eq!(line.traffic().total(), 150);
}

#[tokio::test]
async fn a_line_that_leads_nowhere_turns_away() {
    let line = Line::open().await.unwrap();
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    assert!(matches!(caller.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    assert_eq!(line.traffic().refused, 1);
}

#[tokio::test]
async fn a_line_that_keeps_answers_lets_questions_arrive() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let line = Line::open().await.unwrap();
    line.aim(listener.local_addr().unwrap());
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    line.keep_answers();
    // The greetings pass.
    caller.write_all(b"hello").await.unwrap();
    server.read_exact(&mut [0; 5]).await.unwrap();
    server.write_all(b"welcome").await.unwrap();
    caller.read_exact(&mut [0; 7]).await.unwrap();
    // The question arrives, its answer does not: the caller learns nothing before the line ends.
    caller.write_all(b"is it done?").await.unwrap();
    server.read_exact(&mut [0; 11]).await.unwrap();
    server.write_all(b"yes").await.unwrap();
    let moved = line.traffic();
    assert_eq!((moved.up, moved.down), (16, 7));
    line.restore();
    assert!(matches!(caller.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    assert!(!line.is_cut(), "new callers get through");
}

#[tokio::test]
async fn a_slow_line_takes_its_time_in_both_directions() {
    let line = Line::open().await.unwrap();
    line.aim(echo().await);
    line.delay(Duration::from_millis(40));
    let from = tokio::time::Instant::now();
    let mut caller = TcpStream::connect(line.address()).await.unwrap();
    caller.write_all(b"a").await.unwrap();
    caller.read_exact(&mut [0; 1]).await.unwrap();
    assert!(from.elapsed() >= Duration::from_millis(80));
}
