package dev.archway.benchmarks;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.testbed.Installation;
import dev.archway.testbed.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the control plane takes by itself: gateway and planner in processes of their own, one Kafka
 * node, PostgreSQL that waits for its disk, and stages that do nothing. The load comes at a fixed
 * rate, whether or not the answers do; times count from the moment a submission was due.
 */
public final class ControlBenchmark implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ASKED = 500;
  private static final String PIPELINE =
      """
      pipeline:
        name: nothing
        identifier: nothing
        projectIdentifier: default
        orgIdentifier: default
        stages:
          - stage: {name: one, identifier: one, type: CI, spec: {cloneCodebase: false, infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}, execution: {steps: [{step: {type: Run, name: nothing, identifier: nothing, spec: {connectorRef: account.hub, image: alpine, shell: Sh, command: "true"}}}]}}}
          - stage: {name: two, identifier: two, type: CI, spec: {cloneCodebase: false, infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}, execution: {steps: [{step: {type: Run, name: nothing, identifier: nothing, spec: {connectorRef: account.hub, image: alpine, shell: Sh, command: "true"}}}]}}}
      """;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private final Installation installation;
  private final NoOpExecutor executor;
  private final FinishWatch finished;

  private ControlBenchmark(Path checkout, Path directory) throws IOException {
    Path connectors = Files.createDirectories(directory.resolve("connectors"));
    Files.writeString(
        connectors.resolve("local.yaml"),
        "connector: {name: local, identifier: local, orgIdentifier: default, projectIdentifier: default, type: LocalPodman, spec: {platforms: [linux/amd64]}}\n");
    Files.writeString(
        connectors.resolve("hub.yaml"),
        "connector: {name: hub, identifier: hub, type: DockerRegistry, spec: {dockerRegistryUrl: 'https://index.docker.io/v2/', providerType: DockerHub, auth: {type: Anonymous}}}\n");
    installation = new Installation(checkout, directory, 1, true);
    String kafka = installation.kafka().bootstrapServers();
    executor = new NoOpExecutor(kafka, Platform.parse("linux/amd64"));
    for (String service : List.of("planner-service", "api-gateway")) {
      var _ =
          installation.start(
              service,
              options(checkout, service),
              Map.of("ARCHWAY_PLANNER_CONNECTORSDIRECTORY", connectors.toString()),
              List.of());
    }
    installation.awaitReady();
    finished = new FinishWatch(kafka);
  }

  private static List<String> options(Path checkout, String service) {
    String more = System.getProperty("service.options", "");
    List<String> options = new ArrayList<>(List.of("@" + checkout.resolve(service + "/jvm.opts")));
    if (service.equals("planner-service") && !more.isBlank()) {
      options.addAll(Arrays.asList(more.split(" ", -1)));
    }
    return options;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: bench control throughput RATE SECONDS | stored COUNT");
      System.exit(2);
    }
    Path directory = Files.createTempDirectory("archway-control-");
    try (ControlBenchmark benchmark =
        new ControlBenchmark(Path.of("").toAbsolutePath(), directory)) {
      switch (arguments[0]) {
        case "throughput" ->
            benchmark.throughput(
                Integer.parseInt(arguments[1]),
                arguments.length > 2 ? Integer.parseInt(arguments[2]) : 300);
        case "stored" -> benchmark.stored(Integer.parseInt(arguments[1]));
        default -> throw new IllegalArgumentException("no benchmark " + arguments[0]);
      }
    }
  }

  private void throughput(int rate, int seconds) throws Exception {
    load(Math.max(1, rate / 2), 15); // So that the JVMs have compiled what they need.
    Load load = load(rate, seconds);
    System.out.printf(
        "%d/s for %d s: %d accepted, %d refused, %d finished; %.1f/s until the last end%n",
        rate, seconds, load.accepted(), load.refused(), load.times().length, load.perSecond());
    print("submit -> finished", load.times());
    print("submit -> 202", load.answers());
    print();
  }

  /** What came of a load; times in nanoseconds, sorted. */
  private record Load(int accepted, int refused, long[] times, long[] answers, double perSecond) {}

  private Load load(int rate, int seconds) throws InterruptedException {
    Map<String, Long> due = new ConcurrentHashMap<>();
    List<Long> answers = java.util.Collections.synchronizedList(new ArrayList<>());
    AtomicInteger refused = new AtomicInteger();
    long begin = System.nanoTime();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < rate * seconds; n++) {
        long when = begin + n * 1_000_000_000L / rate;
        while (System.nanoTime() < when) {
          LockSupport.parkNanos(when - System.nanoTime());
        }
        senders.execute(() -> {
          try {
            due.put(submit(), when);
            answers.add(System.nanoTime() - when);
          } catch (IOException | IllegalStateException e) {
            if (refused.incrementAndGet() == 1) {
              System.err.println(e);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
      }
    }
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (!finished.ends().keySet().containsAll(due.keySet()) && System.nanoTime() < giveUp) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    Map<String, Long> ends = Map.copyOf(finished.ends());
    long last = due.keySet().stream().mapToLong(id -> ends.getOrDefault(id, 0L)).max().orElse(0);
    long[] times =
        due.entrySet().stream()
            .filter(e -> ends.containsKey(e.getKey()))
            .mapToLong(e -> ends.getOrDefault(e.getKey(), 0L) - e.getValue())
            .sorted()
            .toArray();
    return new Load(
        due.size(),
        refused.get(),
        times,
        answers.stream().mapToLong(Long::longValue).sorted().toArray(),
        times.length / ((last - begin) / 1e9));
  }

  /** The same questions with 10,000 and with so many executions stored. */
  private void stored(int count) throws Exception {
    load(20, 10);
    String[] names = {"submit", "get", "list", "list of a status", "list of a pipeline"};
    fill(10_000);
    long[][] few = ask();
    fill(count);
    long[][] many = ask();
    for (int i = 0; i < names.length; i++) {
      System.out.printf(
          "%-20s p99 of %d: %.1f ms with 10,000 stored, %.1f ms with %,d; ratio %.2f%n",
          names[i],
          ASKED,
          percentile(few[i], 99),
          percentile(many[i], 99),
          count,
          percentile(many[i], 99) / percentile(few[i], 99));
    }
  }

  private long[][] ask() throws Exception {
    long[][] times = {
      timed(this::submit),
      timed(() -> get("/api/v1/executions/" + finished.ends().keySet().iterator().next())),
      timed(() -> get("/api/v1/executions?limit=50")),
      timed(() -> get("/api/v1/executions?limit=50&status=Failed")),
      timed(() -> get("/api/v1/executions?limit=50&pipeline=nothing"))
    };
    return times;
  }

  private static long[] timed(Callable<String> call) throws Exception {
    long[] times = new long[ASKED];
    for (int i = 0; i < ASKED; i++) {
      long begin = System.nanoTime();
      call.call();
      times[i] = System.nanoTime() - begin;
      TimeUnit.MILLISECONDS.sleep(5);
    }
    Arrays.sort(times);
    return times;
  }

  /** Copies an execution that ran until so many are stored; one in a hundred has failed. */
  private void fill(int count) throws SQLException {
    String url = installation.postgres().getJdbcUrl("postgres", "planner");
    try (Connection connection = java.sql.DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO executions (id, org, project, pipeline, name, status, created_at, ended_at, request, state)
          SELECT 'c' || lpad(n::text, 17, '0'), org, project, 'p' || (n %% 100), name,
                 CASE n %% 100 WHEN 0 THEN 'Failed' ELSE status END,
                 created_at - n * interval '1 second', ended_at, request, state
            FROM (SELECT * FROM executions WHERE status = 'Success' ORDER BY created_at LIMIT 1) one,
                 generate_series((SELECT COUNT(*) FROM executions), %d) n
          ON CONFLICT DO NOTHING
          """
              .formatted(count));
      statement.execute("VACUUM ANALYZE executions");
    }
  }

  private String submit() throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            request("/api/v1/executions")
                .header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofString(PIPELINE))
                .build(),
            BodyHandlers.ofString());
    if (response.statusCode() != 202) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return ContractMapper.json().readValue(response.body(), Accepted.class).id().value();
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request(path).build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(installation.url() + path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + installation.userToken());
  }

  private static void print(String what, long[] sorted) {
    System.out.printf(
        "%s: p50 %.0f ms, p99 %.0f ms, most %.0f ms%n",
        what, percentile(sorted, 50), percentile(sorted, 99), percentile(sorted, 100));
  }

  private static double percentile(long[] sorted, int percent) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
  }

  /** Processor time and memory of the services. */
  private void print() throws IOException {
    for (ServiceProcess service : installation.services()) {
      Duration processor =
          ProcessHandle.of(service.pid())
              .flatMap(handle -> handle.info().totalCpuDuration())
              .orElse(Duration.ZERO);
      try (Stream<String> status =
          Files.lines(Path.of("/proc/%d/status".formatted(service.pid())))) {
        System.out.printf(
            "%s: %d s of processor time, %s%n",
            service.name(),
            processor.toSeconds(),
            status.filter(line -> line.startsWith("VmRSS")).findFirst().orElse(""));
      }
    }
  }

  @Override
  public void close() {
    finished.close();
    executor.close();
    installation.close();
  }
}
