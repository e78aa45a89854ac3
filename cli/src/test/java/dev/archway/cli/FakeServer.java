package dev.archway.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server with the answers a test wants. */
final class FakeServer implements AutoCloseable {
  /** Writes one answer. */
  interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String lastBody = "";

  FakeServer() throws IOException {
    this(0);
  }

  FakeServer(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** {@code METHOD path?query}, in the order they came. */
  List<String> requests() {
    return requests;
  }

  String lastBody() {
    return lastBody;
  }

  void on(String methodAndPath, Handler handler) {
    handlers.put(methodAndPath, handler);
  }

  void on(String methodAndPath, int status, Object document) {
    on(methodAndPath, exchange -> json(exchange, status, document));
  }

  static void json(HttpExchange exchange, int status, Object document) throws IOException {
    byte[] body = ContractMapper.json().writeValueAsBytes(document);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** A stream of events that breaks off after the text unless the text ends it. */
  static void events(HttpExchange exchange, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    body.write(text.getBytes(StandardCharsets.UTF_8));
    body.flush();
    exchange.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    requests.add(request);
    lastBody = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (!"Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      json(exchange, 401, Map.of("title", "Unauthorized", "status", 401));
      return;
    }
    Handler handler = handlers.get(request);
    if (handler == null) {
      json(
          exchange,
          404,
          Map.of("title", "Not Found", "status", 404, "detail", "there is no " + request));
      return;
    }
    handler.answer(exchange);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
