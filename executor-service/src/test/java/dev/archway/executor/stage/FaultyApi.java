package dev.archway.executor.stage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * An API server's front door on plain HTTP that can be told to answer wrongly. Every request has a
 * connection of its own, so that each is looked at.
 */
final class FaultyApi implements AutoCloseable {
  /** What it does instead of passing a request on. */
  enum Fault {
    NONE,
    TOO_MANY_REQUESTS,
    INTERNAL_ERROR,
    WATCH_GONE
  }

  private final ServerSocket server;
  private final URL target;
  private final SSLContext trust;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger faults = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;

  private FaultyApi(ServerSocket server, URL target, SSLContext trust) {
    this.server = server;
    this.target = target;
    this.trust = trust;
  }

  static FaultyApi before(URL target, String authority) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    store.setCertificateEntry(
        "ca",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8))));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    SSLContext trust = SSLContext.getInstance("TLS");
    trust.init(null, managers.getTrustManagers(), null);
    FaultyApi api =
        new FaultyApi(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), target, trust);
    var _ = Thread.ofVirtual().start(api::accept);
    return api;
  }

  URL url() throws IOException {
    return URI.create("http://127.0.0.1:" + server.getLocalPort()).toURL();
  }

  /** From now on; what is open breaks. */
  void begin(Fault next) throws IOException {
    faults.set(0);
    fault = next;
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  /** How many wrong answers it has given since then. */
  int given() {
    return faults.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket in = server.accept();
        var _ = Thread.ofVirtual().start(() -> serve(in));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void serve(Socket in) {
    try (in) {
      String head = head(in.getInputStream());
      if (head == null) {
        return;
      }
      String wrong = wrong(head.lines().findFirst().orElse(""));
      if (wrong != null) {
        faults.incrementAndGet();
        in.getOutputStream().write(wrong.getBytes(StandardCharsets.UTF_8));
        in.getOutputStream().flush();
        return;
      }
      try (Socket out = trust.getSocketFactory().createSocket(target.getHost(), target.getPort())) {
        open.add(in);
        open.add(out);
        out.getOutputStream().write(rewritten(head).getBytes(StandardCharsets.UTF_8));
        var _ = Thread.ofVirtual().start(() -> copy(in, out));
        copy(out, in);
      }
    } catch (IOException _) {
      // Broken on purpose, or one side is done.
    }
  }

  private @Nullable String wrong(String request) {
    return switch (fault) {
      case NONE -> null;
      case TOO_MANY_REQUESTS ->
          answer("429 Too Many Requests", 429, "Retry-After: 1\r\n", "TooManyRequests");
      case INTERNAL_ERROR -> answer("500 Internal Server Error", 500, "", "InternalError");
      case WATCH_GONE -> {
        if (!request.contains("watch=true") && !request.contains("watch=1")) {
          yield null;
        }
        String event =
            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410,\"message\":\"too old resource version\"}}\n";
        yield "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(event.length(), event);
      }
    };
  }

  private static String answer(String status, int code, String headers, String reason) {
    String body =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"%s\",\"code\":%d,\"message\":\"%s\"}"
            .formatted(reason, code, status);
    return "HTTP/1.1 %s\r\n%sContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, headers, body.length(), body);
  }

  private String rewritten(String head) {
    List<String> lines = new ArrayList<>();
    boolean websocket = head.toLowerCase(Locale.ROOT).contains("upgrade: websocket");
    for (String line : head.lines().toList()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("host:")) {
        lines.add("Host: %s:%d".formatted(target.getHost(), target.getPort()));
      } else if (websocket
          || !(lower.startsWith("connection:")
              || lower.startsWith("upgrade:")
              || lower.startsWith("http2-settings:"))) {
        lines.add(line);
      }
    }
    if (!websocket) {
      lines.add("Connection: close");
    }
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** A request's head without the empty line after it; null when there is none. */
  private static @Nullable String head(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      bytes.write(next);
      String text = bytes.toString(StandardCharsets.UTF_8);
      if (text.endsWith("\r\n\r\n")) {
        return text.substring(0, text.length() - 4);
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16 * 1024];
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
      to.shutdownOutput();
    } catch (IOException | UnsupportedOperationException _) {
      // Broken on purpose, or one side is done.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    begin(Fault.NONE);
  }
}
