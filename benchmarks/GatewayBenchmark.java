import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * What the gateway adds to a call: the same request, asked of a service directly and through api-gateway, in turn, at a steady rate that does
 * not wait for answers (so that a pause counts for all whom it held up). The service is a server of the JDK in this process that answers 2 kB;
 * the gateway is a process of its own, as ./archway service api-gateway runs it.
 */
final class GatewayBenchmark {
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int ROUNDS = 5;

  /** Seconds at the full rate until the gateway's JVM has compiled what it runs; it does so on the cores that the load needs. */
  private static final int WARM_UP = 40;

  public static void main(String[] args) throws Exception {
    // The JDK's server closes what is idle beyond 200 connections, under whoever asks next.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    int rate = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    byte[] body = ("{\"text\":\"" + "x".repeat(2000) + "\"}").getBytes(StandardCharsets.UTF_8);
    HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4000);
    service.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    service.createContext("/", exchange -> {
      try (exchange) {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    });
    service.start();
    String direct = "http://127.0.0.1:" + service.getAddress().getPort();
    Path directory = Files.createTempDirectory("archway-gateway-benchmark");
    Path tokens = Files.writeString(directory.resolve("tokens"), "benchmark\n");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Process gateway =
        new ProcessBuilder(
                "./archway", "service", "api-gateway",
                "--server.port=" + port,
                "--archway.service-token=inside",
                "--spring.datasource.url=jdbc:h2:mem:benchmark",
                "--archway.gateway.planner-url=" + direct,
                "--archway.gateway.registry-url=" + direct,
                "--archway.gateway.log-url=" + direct,
                "--archway.gateway.tokens-file=" + tokens,
                "--archway.gateway.requests-per-address=1000000",
                "--archway.gateway.requests-per-caller=1000000")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("gateway.out").toFile())
            .start();
    try {
      String through = "http://127.0.0.1:" + port;
      awaitReady(through, gateway, directory);
      for (int part = 10; part >= 1; part /= 2) {
        load(direct, Math.max(1, rate / part), 3);
        load(through, Math.max(1, rate / part), 5);
      }
      load(through, rate, WARM_UP);
      List<Double> directly = new ArrayList<>();
      List<Double> byGateway = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        List<Double> first = load(direct, rate, seconds);
        List<Double> second = load(through, rate, seconds);
        System.out.printf(
            "round %d: p99 %.2f ms directly, %.2f ms through the gateway%n", round + 1, quantile(first, 0.99), quantile(second, 0.99));
        directly.addAll(first);
        byGateway.addAll(second);
      }
      print("direct", directly);
      print("through the gateway", byGateway);
      System.out.printf(
          "added: p50 %.2f ms, p99 %.2f ms (bar at 500/s: p99 5 ms)%n",
          quantile(byGateway, 0.5) - quantile(directly, 0.5), quantile(byGateway, 0.99) - quantile(directly, 0.99));
    } finally {
      gateway.descendants().forEach(ProcessHandle::destroy);
      gateway.destroy();
      service.stop(0);
    }
    System.exit(0);
  }

  private static void awaitReady(String url, Process gateway, Path directory) throws Exception {
    for (long end = System.nanoTime() + Duration.ofMinutes(3).toNanos(); System.nanoTime() < end; Thread.sleep(200)) {
      if (!gateway.isAlive()) {
        throw new IllegalStateException(Files.readString(directory.resolve("gateway.out")));
      }
      try {
        if (ask(url + "/actuator/health/readiness") == 200) {
          return;
        }
      } catch (java.io.IOException _) {
        continue;
      }
    }
    throw new IllegalStateException("the gateway was not ready within three minutes");
  }

  private static int ask(String url) throws Exception {
    return HTTP.send(
            HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer benchmark").build(),
            HttpResponse.BodyHandlers.ofByteArray())
        .statusCode();
  }

  /** Milliseconds from when each request was due to its whole answer. */
  private static List<Double> load(String server, int rate, int seconds) throws Exception {
    String url = server + "/api/v1/executions/e1234567";
    List<Future<Double>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      for (int i = 0; i < rate * seconds; i++) {
        long due = start + i * 1_000_000_000L / rate;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        answers.add(threads.submit(() -> {
          int status = ask(url);
          if (status != 200) {
            throw new IllegalStateException("%s answered %d (expected: 200)".formatted(url, status));
          }
          return (System.nanoTime() - due) / 1e6;
        }));
      }
    }
    List<Double> times = new ArrayList<>();
    for (Future<Double> answer : answers) {
      times.add(answer.get());
    }
    return times;
  }

  private static void print(String what, List<Double> times) {
    System.out.printf(
        "%-20s %d requests: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, longest %.1f ms%n",
        what, times.size(), quantile(times, 0.5), quantile(times, 0.9), quantile(times, 0.99), quantile(times, 1));
  }

  private static double quantile(List<Double> times, double q) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, (int) (q * sorted.length))];
  }
}
