package dev.archway.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address for several instances, as a Kubernetes Service is: each connection goes to the next
 * instance that takes it. Thread-safe.
 */
public final class Balancer implements AutoCloseable {
  private static final int CONNECT_MILLIS = 1_000;

  private final ServerSocket entrance;
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  /** One that has no instance yet, on a free port. */
  public Balancer() {
    try {
      entrance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("balancer").start(this::accept);
  }

  /** Another instance, on this port of the loopback address. */
  public void add(int port) {
    ports.add(port);
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + entrance.getLocalPort();
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException _) {
        // Closed, which ends the loop.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      for (int tried = 0; tried < ports.size(); tried++) {
        int port = ports.get(Math.floorMod(turn.getAndIncrement(), ports.size()));
        try (Socket instance = new Socket()) {
          instance.connect(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
          Thread back = Thread.ofVirtual().start(() -> pump(instance, client));
          pump(client, instance);
          back.join();
          return;
        } catch (IOException _) {
          // This one is away: the next.
        }
      }
    } catch (IOException _) {
      // The client went away.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException _) {
      // Either side has ended; so does the other.
      close(from);
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // It is gone.
    }
  }

  @Override
  public void close() {
    try {
      entrance.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
