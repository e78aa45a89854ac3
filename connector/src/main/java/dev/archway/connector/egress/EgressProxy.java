package dev.archway.connector.egress;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy of this process alone: it looks a host up once, asks the rules, and connects to the
 * very address they allowed, so that a name which changes its address in between gains nothing.
 * Every connection of a client comes through here, those of redirects too. Speaks CONNECT, and for
 * plain HTTP one request a connection (RFC 9110, 9.3.6; RFC 9112, 3.2.2).
 */
final class EgressProxy implements AutoCloseable {
  /** The header of an answer that the proxy gave in place of the server. */
  static final String REASON = "archway-egress-reason";

  private static final int CONNECT_MILLIS = (int) Duration.ofSeconds(10).toMillis();
  private static final int HEAD_MILLIS = (int) Duration.ofSeconds(30).toMillis();
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final int REASONS = 1000;

  /** Headers between a client and its proxy. */
  private static final Set<String> OWN =
      Set.of(
          "connection",
          "proxy-connection",
          "proxy-authorization",
          "keep-alive",
          "upgrade",
          "http2-settings",
          "te");

  private final EgressRules rules;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Map<String, IOException> failures =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, IOException> eldest) {
              return size() > REASONS;
            }
          });

  EgressProxy(EgressRules rules) {
    this.rules = rules;
    try {
      this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on this machine's loopback address", e);
    }
    var _ = Thread.ofVirtual().name("egress").start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /** Why the last connection to {@code host:port} could not be made; null when it could. */
  @Nullable IOException failure(String authority) {
    return failures.get(authority);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        var _ = Thread.ofVirtual().name("egress-client").start(() -> serve(client));
      } catch (IOException e) {
        if (!server.isClosed()) {
          System.getLogger(EgressProxy.class.getName())
              .log(System.Logger.Level.WARNING, "cannot accept a connection: {0}", e);
        }
      }
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try (client) {
      client.setSoTimeout(HEAD_MILLIS);
      String[] lines = head(client.getInputStream()).split("\r\n", -1);
      String[] request = lines[0].split(" ", -1);
      if (request.length != 3) {
        return;
      }
      boolean tunnel = request[0].equals("CONNECT");
      URI target = URI.create(tunnel ? "https://" + request[1] : request[1]);
      String host = target.getHost();
      if (host == null) {
        return;
      }
      int port = target.getPort() >= 0 ? target.getPort() : tunnel ? 443 : 80;
      try (Socket there = connect(host, port)) {
        open.add(there);
        if (tunnel) {
          client.getOutputStream().write(bytes("HTTP/1.1 200 Connected\r\n\r\n"));
        } else {
          there.getOutputStream().write(bytes(originForm(request, target, lines)));
        }
        relay(client, there, tunnel);
        open.remove(there);
      } catch (UnreachableException e) {
        failures.put(host.toLowerCase(Locale.ROOT) + ":" + port, e.reason());
        answer(client, e.reason());
      }
    } catch (IOException | IllegalArgumentException e) {
      System.getLogger(EgressProxy.class.getName())
          .log(System.Logger.Level.DEBUG, "a connection ended: {0}", e.toString());
    } finally {
      open.remove(client);
    }
  }

  /** No connection was made. */
  private static final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;
    private final IOException reason;

    UnreachableException(IOException reason) {
      super(reason);
      this.reason = reason;
    }

    IOException reason() {
      return reason;
    }
  }

  private Socket connect(String host, int port) throws UnreachableException {
    IOException last = new IOException("no address");
    List<InetAddress> addresses;
    try {
      addresses = rules.resolve(host);
    } catch (IOException e) {
      throw new UnreachableException(e);
    }
    for (InetAddress address : addresses) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
        failures.remove(host.toLowerCase(Locale.ROOT) + ":" + port);
        return socket;
      } catch (IOException e) {
        closeQuietly(socket);
        last = e;
      }
    }
    throw new UnreachableException(last);
  }

  private static void answer(Socket client, IOException reason) throws IOException {
    int status = reason instanceof EgressRefusedException ? 403 : 502;
    String told = reason.toString().replaceAll("[^\\x20-\\x7e]", "?");
    client
        .getOutputStream()
        .write(
            bytes(
                "HTTP/1.1 %d %s\r\n%s: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .formatted(status, told, REASON, told)));
  }

  /** The request as the server itself expects it, and as the only one of its connection. */
  private static String originForm(String[] request, URI target, String[] lines) {
    String path = target.getRawPath();
    List<String> head = new ArrayList<>();
    head.add(
        "%s %s%s HTTP/1.1"
            .formatted(
                request[0],
                path == null || path.isEmpty() ? "/" : path,
                target.getRawQuery() == null ? "" : "?" + target.getRawQuery()));
    return closing(head, lines);
  }

  /** The headers but those between neighbours; and that the connection ends with this exchange. */
  private static String closing(List<String> head, String[] lines) {
    for (String line : List.of(lines).subList(1, lines.length)) {
      String name = line.split(":", 2)[0].strip().toLowerCase(Locale.ROOT);
      if (!line.isEmpty() && !OWN.contains(name)) {
        head.add(line);
      }
    }
    head.add("Connection: close");
    return String.join("\r\n", head) + "\r\n\r\n";
  }

  /** Passes the answer's head on, those of interim answers (1xx) before it. */
  private static void answerHead(InputStream from, OutputStream to) throws IOException {
    String[] lines;
    do {
      lines = head(from).split("\r\n", -1);
      to.write(bytes(closing(new ArrayList<>(List.of(lines[0])), lines)));
    } while (lines[0].matches("HTTP/1\\.[01] 1\\d\\d.*"));
  }

  /** To the blank line, byte by byte, so that nothing behind it is taken. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int next = in.read();
      if (next < 0 || head.size() > LONGEST_HEAD) {
        throw new IOException("no whole request");
      }
      head.write(next);
      matched = next == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static void relay(Socket client, Socket there, boolean tunnel) throws IOException {
    client.setSoTimeout(0);
    Thread up =
        Thread.ofVirtual()
            .name("egress-up")
            .start(() -> {
              try {
                var _ = client.getInputStream().transferTo(there.getOutputStream());
                there.shutdownOutput();
              } catch (IOException e) {
                closeQuietly(there);
              }
            });
    try {
      OutputStream back = client.getOutputStream();
      InputStream answer = new BufferedInputStream(there.getInputStream());
      if (!tunnel) {
        answerHead(answer, back);
      }
      var _ = answer.transferTo(back);
      back.flush();
      client.shutdownOutput();
    } finally {
      closeQuietly(there);
      closeQuietly(client);
    }
    try {
      up.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no further use either way.
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    }
    open.forEach(EgressProxy::closeQuietly);
  }
}
