package dev.archway.executor.stage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on this machine that can be cut off: every connection breaks, and no new one holds.
 */
final class SeverableProxy implements AutoCloseable {
  private final ServerSocket server;
  private final String host;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean severed;

  private SeverableProxy(ServerSocket server, String host, int port) {
    this.server = server;
    this.host = host;
    this.port = port;
  }

  static SeverableProxy to(URL target) throws IOException {
    SeverableProxy proxy =
        new SeverableProxy(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            target.getHost(),
            target.getPort());
    var _ = Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  String url() {
    return "https://127.0.0.1:" + server.getLocalPort();
  }

  void sever() throws IOException {
    severed = true;
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  void mend() {
    severed = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket in = server.accept();
        if (severed) {
          in.close();
          continue;
        }
        Socket out = new Socket(host, port);
        open.add(in);
        open.add(out);
        var _ = Thread.ofVirtual().start(() -> copy(in, out));
        var _ = Thread.ofVirtual().start(() -> copy(out, in));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      var _ = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // Severed, or one side is done.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    sever();
  }
}
