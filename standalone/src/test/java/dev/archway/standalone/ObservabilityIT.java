package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.status.Status;
import dev.archway.standalone.OtlpReceiver.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One execution as a collector of traces and a Prometheus see it. */
class ObservabilityIT {
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:archway|http_server|spring_cloud_stream|jvm|hikaricp)_[a-z0-9_]+");

  @TempDir(cleanup = CleanupMode.NEVER)
  static Path home;

  private static OtlpReceiver receiver;
  private static LocalEnvironment environment;
  private static Server server;
  private static ExecutionView end;

  @BeforeAll
  static void run() throws IOException {
    receiver = new OtlpReceiver();
    environment = new LocalEnvironment(home);
    Files.writeString(
        home.resolve("config/local.properties"),
        "management.opentelemetry.tracing.export.otlp.endpoint=%s%n".formatted(receiver.url()),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    server = new Server(home);
    end =
        server.awaitEnd(
            server.submitted(
                Files.readString(LocalEnvironment.CHECKOUT.resolve("examples/platforms.yaml")),
                Map.of("build", "main")));
  }

  @AfterAll
  static void stop() {
    server.close();
    environment.close();
    receiver.close();
  }

  @Test
  void anExecutionIsOneTraceFromItsSubmissionToItsIndex() {
    assertThat(end.status()).as(String.valueOf(end.failure())).isEqualTo(Status.SUCCESS);
    await("the index's span")
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> receiver.spans().stream().anyMatch(span -> span.name().equals("index.publish")));
    await("the stages' spans")
        .atMost(Duration.ofMinutes(2))
        .until(() -> stages(receiver.spans()).size() == 2);
    List<Span> all = receiver.spans();
    Span index =
        all.stream().filter(span -> span.name().equals("index.publish")).findFirst().orElseThrow();
    Map<String, Span> trace =
        all.stream()
            .filter(span -> span.trace().equals(index.trace()))
            .collect(Collectors.toMap(Span::id, span -> span));

    List<Span> roots =
        trace.values().stream().filter(span -> !trace.containsKey(span.parent())).toList();
    assertThat(roots)
        .singleElement()
        .satisfies(root -> {
          assertThat(root.service()).isEqualTo("api-gateway");
          assertThat(root.name()).contains("post");
        });
    assertThat(stages(List.copyOf(trace.values()))).hasSize(2);
    List<Span> verified =
        trace.values().stream().filter(span -> span.name().equals("image.verify")).toList();
    assertThat(verified)
        .hasSize(2)
        .allSatisfy(span -> {
          Span step = Objects.requireNonNull(trace.get(span.parent()));
          assertThat(step.name()).startsWith("step ");
          Span stage = Objects.requireNonNull(trace.get(step.parent()));
          assertThat(stage.name()).startsWith("stage ");
        });
    assertThat(trace.values())
        .extracting(Span::service)
        .contains("api-gateway", "planner-service", "executor", "registry-service");
  }

  private static List<Span> stages(List<Span> spans) {
    return spans.stream().filter(span -> span.name().startsWith("stage ")).toList();
  }

  @Test
  void everyMetricOfDashboardsAndAlertsIsThere() throws IOException {
    Set<String> wanted = new TreeSet<>();
    Path folder = LocalEnvironment.CHECKOUT.resolve("deploy/observability");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().matches(".*(json|alerts\\.yaml)")).toList()) {
        Matcher names = METRIC.matcher(Files.readString(file));
        while (names.find()) {
          wanted.add(names.group());
        }
      }
    }
    assertThat(wanted).hasSizeGreaterThan(10);
    // What exists only once something has failed.
    wanted.remove("archway_stage_failures_total");

    await("all metrics")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> {
          Set<String> told =
              server
                  .get("/actuator/prometheus", "text/plain")
                  .lines()
                  .filter(line -> !line.startsWith("#"))
                  .map(line -> line.split("[{ ]", 2)[0])
                  .collect(Collectors.toSet());
          assertThat(told).containsAll(wanted);
        });
  }
}
