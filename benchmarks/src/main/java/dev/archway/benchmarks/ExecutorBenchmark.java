package dev.archway.benchmarks;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.Topics;
import dev.archway.testbed.Installation;
import dev.archway.testbed.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import tools.jackson.databind.node.ObjectNode;

/**
 * One executor in a process of its own, commanded over Kafka, on an API server without kubelet and
 * scheduler. The floor beside it: as many POSTs of the same pods by one HTTP client.
 */
public final class ExecutorBenchmark implements AutoCloseable {
  /** As many requests at once as an executor makes. */
  private static final int AT_ONCE = 100;

  private static final int WARM_UP = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final BareApiServer server;
  private final Path kubeconfig;
  private final Installation installation;
  private final ServiceProcess executor;
  private final KafkaProducer<byte[], byte[]> commands;
  private int sent;

  private ExecutorBenchmark(BareApiServer server, Path work, int capacity) {
    this.server = server;
    this.kubeconfig = work.resolve("kubeconfig");
    Path checkout = Path.of("").toAbsolutePath();
    boolean unpacked =
        Files.exists(checkout.resolve("executor-service/target/app/archway-executor-service.jar"));
    installation = new Installation(checkout, work, 1, unpacked);
    executor =
        installation.start(
            "executor-service",
            List.of("@" + checkout.resolve("executor-service/jvm.opts")),
            Map.of(
                "ARCHWAY_EXECUTOR_DIRECTORY", work.resolve("stages").toString(),
                "ARCHWAY_SECRETS_DIRECTORY", work.resolve("secrets").toString(),
                "ARCHWAY_EXECUTOR_KUBERNETES_CAPACITY", Integer.toString(capacity)),
            List.of());
    executor.awaitReady();
    commands =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", installation.kafka().bootstrapServers(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Arguments: a folder with a kubeconfig, the API server's URL and token, what, how many. */
  public static void main(String[] arguments) throws Exception {
    Path work = Path.of(arguments[0]);
    String what = arguments.length > 3 ? arguments[3] : "";
    int count = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 200;
    if (!what.equals("dispatch") && !what.equals("memory")) {
      System.err.println("usage: ./archway bench executor dispatch|memory [COUNT]");
      System.exit(2);
    }
    BareApiServer server =
        new BareApiServer(arguments[1], arguments[2], work.resolve("certs/apiserver.crt"));
    server.addNode();
    try (ExecutorBenchmark bench = new ExecutorBenchmark(server, work, count)) {
      if (what.equals("dispatch")) {
        bench.dispatch(count);
      } else {
        bench.memory(count);
      }
    }
  }

  private void dispatch(int count) throws Exception {
    end(begin(WARM_UP));
    for (int i = 0; i < 3; i++) {
      TreeMap<String, Long> before = server.requests();
      long began = System.nanoTime();
      List<StageKey> stages = send(count);
      await(pods -> pods == count);
      double made = seconds(began);
      String pod = server.ask("GET", BareApiServer.PODS + "?limit=1", "");
      began = System.nanoTime();
      end(stages);
      double ended = seconds(began);
      System.out.printf(
          "%d stages: pods made in %.2f s, %.0f stages/s; stopped and removed in %.2f s, %.0f stages/s%n",
          count, made, count / made, ended, count / ended);
      TreeMap<String, Long> after = server.requests();
      floor(count, pod);
      if (i == 2) {
        after.forEach((request, now) -> {
          long more = now - before.getOrDefault(request, 0L);
          if (more * 10 >= count) {
            System.out.printf("%-28s %.2f for each stage%n", request, (double) more / count);
          }
        });
      }
    }
  }

  /** The same pods, made and deleted by one HTTP client. */
  private void floor(int count, String list) throws Exception {
    ObjectNode pod = (ObjectNode) ContractMapper.json().readTree(list).at("/items/0");
    pod.put("apiVersion", "v1").put("kind", "Pod").remove("status");
    ObjectNode metadata = (ObjectNode) pod.get("metadata");
    metadata.remove(
        List.of("uid", "resourceVersion", "creationTimestamp", "managedFields", "finalizers"));
    String name = metadata.get("name").asString();
    String template = pod.toString();
    long began = System.nanoTime();
    each(count, i -> server.ask("POST", BareApiServer.PODS, template.replace(name, "floor-" + i)));
    double made = seconds(began);
    began = System.nanoTime();
    each(
        count,
        i ->
            server.ask("DELETE", BareApiServer.PODS + "/floor-" + i + "?gracePeriodSeconds=0", ""));
    System.out.printf(
        "floor: %d POSTs in %.2f s, %.0f/s; %d DELETEs in %.2f s%n",
        count, made, count / made, count, seconds(began));
  }

  private interface Request {
    String make(int number);
  }

  private static void each(int count, Request request) throws Exception {
    Semaphore atOnce = new Semaphore(AT_ONCE);
    List<Future<String>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(
            threads.submit(() -> {
              atOnce.acquire();
              try {
                return request.make(number);
              } finally {
                atOnce.release();
              }
            }));
      }
      for (Future<String> each : all) {
        var _ = each.get();
      }
    }
  }

  private void memory(int count) throws Exception {
    System.out.printf("RSS when ready: %d MB%n", megabytes());
    end(begin(WARM_UP));
    System.out.printf("RSS after %d stages: %d MB%n", WARM_UP, megabytes());
    for (int i = 0; i < 5; i++) {
      List<StageKey> stages = begin(count);
      TimeUnit.SECONDS.sleep(5);
      long inFlight = megabytes();
      end(stages);
      System.out.printf(
          "RSS with %d stages in flight: %d MB, when they have ended: %d MB%n",
          count, inFlight, megabytes());
    }
  }

  private List<StageKey> begin(int count) throws Exception {
    List<StageKey> stages = send(count);
    await(pods -> pods == count);
    return stages;
  }

  private List<StageKey> send(int count) {
    List<StageKey> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StageKey key = new StageKey(ExecutionId.of("e%012d".formatted(sent++)), "bench", 1);
      stages.add(key);
      send(new RunStage(key, plan(), null, Map.of("CI", "true")), "run");
    }
    commands.flush();
    return stages;
  }

  private void end(List<StageKey> stages) throws Exception {
    stages.forEach(key -> send(new StopStage(key, "bench"), "stop"));
    commands.flush();
    await(pods -> pods == 0);
  }

  private StagePlan plan() {
    Connector cluster =
        new Connector.K8sCluster(
            "cluster",
            List.of(),
            new ClusterAccess.Kubeconfig(kubeconfig.toString(), "bench"),
            ClusterAllowances.NONE);
    Placement placement =
        new Placement(
            cluster,
            "default",
            null,
            null,
            null,
            null,
            Map.of(),
            List.of(),
            Map.of(),
            Map.of(),
            null,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            null);
    StepPlan step =
        new StepPlan.Run(
            "one",
            "one",
            Duration.ofMinutes(10),
            "alpine",
            new Connector.DockerRegistry(
                "hub", URI.create("https://index.docker.io/v1/"), null, null),
            "echo on",
            StepPlan.Shell.SH,
            Map.of(),
            StepPlan.Resources.UNLIMITED,
            null,
            false,
            null);
    return new StagePlan(
        "bench",
        "bench",
        "bench",
        List.of(),
        Platform.LINUX_AMD64,
        placement,
        List.of(step),
        Duration.ofHours(2));
  }

  private void send(StageCommand command, String what) {
    StageKey key = command.key();
    ProducerRecord<byte[], byte[]> record =
        BenchmarkRecord.of(
            Topics.stageCommands(Platform.LINUX_AMD64), key, what, "bench", Instant.now(), command);
    var _ = commands.send(record);
  }

  private void await(IntPredicate pods) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int now = server.pods(); !pods.test(now); now = server.pods()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "there are %d pods after %s (expected: as many as were commanded, or none when they were stopped); see the executor's log"
                .formatted(now, PATIENCE));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private long megabytes() throws IOException {
    try (Stream<String> status =
        Files.lines(Path.of("/proc/%d/status".formatted(executor.pid())))) {
      return status
              .filter(line -> line.startsWith("VmRSS"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow()
          / 1024;
    }
  }

  @Override
  public void close() {
    commands.close();
    installation.close();
  }
}
