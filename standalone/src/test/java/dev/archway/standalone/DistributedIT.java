package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.testbed.Installation;
import dev.archway.testbed.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archway as it is in production, on one machine: services from their jars in processes of their
 * own, most of them twice, three Kafka nodes, PostgreSQL.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DistributedIT {
  private static final int BROKERS = 3;

  /** Executors first, as they are rolled (docs/operations.md). */
  private static final Map<String, Integer> INSTANCES = new LinkedHashMap<>();

  static {
    INSTANCES.put("executor-service", 2);
    INSTANCES.put("planner-service", 2);
    INSTANCES.put("registry-service", 1);
    INSTANCES.put("log-service", 2);
    INSTANCES.put("api-gateway", 2);
  }

  /** More would wait for processors, and some scenarios have limits of time. */
  private static final int SCENARIOS_AT_ONCE = 2;

  /** Enough that something is under way in every service at any time. */
  private static final int CALLERS = 2;

  @TempDir(cleanup = CleanupMode.NEVER)
  static Path home;

  private static final Map<String, Future<?>> RUNS = new LinkedHashMap<>();
  private static LocalEnvironment environment;
  private static Installation installation;
  private static Api api;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        INSTANCES.keySet().stream().allMatch(DistributedIT::isBuilt)
            || Boolean.parseBoolean(System.getenv("CI")),
        "the services' jars are not built; ./archway test (mvn verify) builds them first");
    environment = new LocalEnvironment(home);
    installation =
        new Installation(
            LocalEnvironment.CHECKOUT,
            Files.createDirectories(home.resolve("installation")),
            BROKERS,
            false);
    INSTANCES.forEach((service, count) -> {
      for (int instance = 1; instance <= count; instance++) {
        start(service, instance);
      }
    });
    installation.awaitReady();
    api = new Callers(installation.entrance(), installation.userToken());
    List<Scenario> scenarios = Scenario.all().toList();
    for (Scenario scenario : scenarios) {
      scenario.prepare(environment);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(SCENARIOS_AT_ONCE)) {
      for (Scenario scenario : scenarios) {
        RUNS.put(
            scenario.toString(),
            threads.submit(() -> {
              scenario.runAt(api);
              return null;
            }));
      }
    }
  }

  private static boolean isBuilt(String service) {
    return Files.exists(
        LocalEnvironment.CHECKOUT.resolve(service + "/target/archway-" + service + ".jar"));
  }

  private static void start(String service, int instance) {
    Path config = home.resolve("config");
    Path own = home.resolve(service + "-" + instance);
    String secrets = home.resolve("secrets").toString();
    Map<String, String> settings =
        switch (service) {
          case "executor-service" ->
              Map.of(
                  "SPRING_CONFIG_ADDITIONALLOCATION",
                  "file:" + config.resolve("application.properties"),
                  "ARCHWAY_EXECUTOR_PLATFORMS",
                  String.join(",", HostPlatforms.find()),
                  "ARCHWAY_EXECUTOR_DIRECTORY",
                  own.toString(),
                  "ARCHWAY_EXECUTOR_PODMAN_DIRECTORY",
                  home.resolve("podman-" + instance).toString(),
                  "ARCHWAY_SECRETS_DIRECTORY",
                  secrets);
          case "planner-service" ->
              Map.of(
                  "ARCHWAY_PLANNER_CONNECTORSDIRECTORY",
                  config.resolve("connectors").toString(),
                  "ARCHWAY_PLANNER_SECRETSDIRECTORY",
                  secrets);
          case "registry-service" -> Map.of("ARCHWAY_SECRETS_DIRECTORY", secrets);
          case "log-service" ->
              Map.of(
                  "ARCHWAY_LOG_DIRECTORY",
                  own.toString(),
                  "ARCHWAY_LOG_GROUP",
                  service + "-" + instance);
          default -> Map.of();
        };
    Path options = LocalEnvironment.CHECKOUT.resolve(service + "/jvm.opts");
    var _ =
        installation.start(
            service, List.of("@" + options, "-XX:TieredStopAtLevel=1"), settings, List.of());
  }

  @AfterAll
  static void stop() {
    if (installation != null) {
      installation.close();
    }
    if (environment != null) {
      environment.close();
    }
  }

  static Stream<String> names() {
    return RUNS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  @Order(1)
  void scenarioEndsAsExpected(String name) throws Throwable {
    try {
      var _ = Objects.requireNonNull(RUNS.get(name)).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  /**
   * Gateways are rolled too: two of them, behind one address. Whoever was not answered cannot know
   * whether the submission was accepted; what was, runs once as well.
   */
  @Test
  @Order(2)
  void rollingRestartOfEveryServiceUnderLoadLosesAndDoublesNothing() throws Exception {
    try (CountedPipeline pipeline = new CountedPipeline("0.2");
        Load load = new Load(api, pipeline.yaml(), CALLERS)) {
      load.awaitMore(1);
      for (ServiceProcess service : installation.services()) {
        service.roll();
        load.awaitMore(1);
      }
      List<String> accepted = load.finish();
      List<String> all = executions();
      assertThat(all)
          .as("%d submissions were not answered", load.unanswered())
          .containsAll(accepted)
          .hasSizeBetween(accepted.size(), accepted.size() + load.unanswered());
      for (String id : all) {
        ExecutionView end = api.awaitEnd(id);
        pipeline.requireRunOnce(id, end);
        assertThat(api.images(id)).as(id).hasSize(1);
        for (ServiceProcess service : installation.services()) {
          if (service.name().equals("log-service")) {
            Api copy = new Callers(service.url(), installation.serviceToken());
            CountedPipeline.requireWhole(id + " at " + service.url(), end, copy.logs(id));
          }
        }
      }
    }
  }

  private static List<String> executions() {
    String list =
        api.get(
            "/api/v1/executions?limit=200&pipeline=" + CountedPipeline.NAME, "application/json");
    return Stream.of(ContractMapper.json().readValue(list, ExecutionSummary[].class))
        .map(execution -> execution.id().value())
        .toList();
  }

  /**
   * Those who call at the one address of several gateways: who reads and finds nobody, or loses the
   * connection, reads again.
   */
  private static final class Callers extends Api {
    private final String url;
    private final String token;

    Callers(String url, String token) {
      this.url = url;
      this.token = token;
    }

    @Override
    String url() {
      return url;
    }

    @Override
    String token() {
      return token;
    }

    @Override
    HttpResponse<String> send(HttpRequest.Builder request) {
      if (!request.build().method().equals("GET")) {
        return super.send(request);
      }
      return Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .pollDelay(Duration.ZERO)
          .ignoreException(UncheckedIOException.class)
          .until(() -> super.send(request), answer -> answer.statusCode() != 503);
    }
  }
}
