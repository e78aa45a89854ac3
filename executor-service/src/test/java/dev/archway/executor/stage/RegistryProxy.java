package dev.archway.executor.stage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on this machine's loopback that passes on what another one has, or does not yet. */
final class RegistryProxy implements AutoCloseable {
  private final HttpServer server;
  private final String registry;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile int refused;

  private RegistryProxy(HttpServer server, String registry) {
    this.server = server;
    this.registry = registry;
  }

  /**
   * Starts one.
   *
   * @param registry what it stands before, {@code host:port} without TLS
   */
  static RegistryProxy before(String registry) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RegistryProxy proxy = new RegistryProxy(server, registry);
    server.setExecutor(proxy.threads);
    server.createContext("/", proxy::answer);
    server.start();
    return proxy;
  }

  /** Its name for nodes of this machine. */
  String host() {
    return "localhost:" + server.getAddress().getPort();
  }

  /** Tells the next so many requests to come later. */
  void refuse(int requests) {
    refused = requests;
  }

  /** How many requests there have been since it was told to refuse any. */
  int asked() {
    return refusals.get();
  }

  /** Lets requests wait from now on. */
  void hold() {
    gate = new CountDownLatch(1);
  }

  boolean isHolding() {
    return waiting.get() > 0;
  }

  void goOn() {
    gate.countDown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (refused > 0 && refusals.getAndIncrement() < refused) {
        exchange.sendResponseHeaders(429, -1);
        return;
      }
      waiting.incrementAndGet();
      gate.await();
      waiting.decrementAndGet();
      pass(exchange);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(HttpExchange exchange) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + registry + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
    List<String> accept = exchange.getRequestHeaders().get("Accept");
    if (accept != null) {
      accept.forEach(value -> request.header("Accept", value));
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    answer
        .headers()
        .map()
        .forEach((name, values) -> {
          if (!name.equalsIgnoreCase("content-length")
              && !name.equalsIgnoreCase("transfer-encoding")) {
            exchange.getResponseHeaders().put(name, values);
          }
        });
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      answer
          .headers()
          .firstValue("content-length")
          .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
    }
    exchange.sendResponseHeaders(
        answer.statusCode(), head || answer.body().length == 0 ? -1 : answer.body().length);
    if (!head) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  @Override
  public void close() {
    goOn();
    server.stop(0);
    threads.shutdownNow();
    http.close();
  }
}
