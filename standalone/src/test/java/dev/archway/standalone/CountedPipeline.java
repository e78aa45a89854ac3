package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.LogEntry;
import dev.archway.contract.status.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A pipeline whose steps tell a counter outside when they begin, so that one that ran twice, or not
 * at all, is seen; each line of log is numbered by the step itself. Thread-safe.
 */
final class CountedPipeline implements AutoCloseable {
  static final String NAME = "counted";
  private static final int LINES = 15;
  private static final List<String> COUNTED = List.of("one", "two", "prepare");

  private final Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();
  private final HttpServer counter;

  private final String pause;

  /**
   * One whose counter listens.
   *
   * @param pause between two lines, as sleep takes it
   */
  CountedPipeline(String pause) throws IOException {
    this.pause = pause;
    counter = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    counter.createContext(
        "/",
        exchange -> {
          begun
              .computeIfAbsent(exchange.getRequestURI().getPath(), _ -> new AtomicInteger())
              .incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    counter.start();
  }

  /** Fails unless it has succeeded, at its first attempt, with every step begun once. */
  void requireRunOnce(String which, ExecutionView end) {
    String id = end.id().value();
    assertThat(end.status()).as(which + " " + end.failure()).isEqualTo(Status.SUCCESS);
    for (String step : COUNTED) {
      assertThat(begun.getOrDefault("/" + id + "/" + step, new AtomicInteger()))
          .as(which + " " + step)
          .hasValue(1);
    }
    assertThat(end.stages())
        .as(which)
        .allSatisfy(stage -> assertThat(stage.attempt()).isEqualTo(1));
  }

  /** Fails when a line is missing, doubled or at another's place. */
  static void requireWhole(String which, ExecutionView end, List<LogEntry> entries) {
    Map<String, List<LogEntry>> byStep =
        entries.stream()
            .collect(
                Collectors.groupingBy(
                    e -> e.stage() + "/" + e.step(), TreeMap::new, Collectors.toList()));
    for (ExecutionView.StageView stage : end.stages()) {
      for (ExecutionView.StepView step : stage.steps()) {
        List<LogEntry> lines = byStep.getOrDefault(stage.id() + "/" + step.id(), List.of());
        assertThat(lines.stream().map(LogEntry::line))
            .as(which + " " + stage.id() + "/" + step.id())
            .containsExactlyElementsOf(
                IntStream.range(0, (int) step.logLines()).mapToObj(Long::valueOf).toList());
      }
    }
    for (String step : List.of("first/one", "first/two")) {
      assertThat(byStep.getOrDefault(step, List.of()).stream().map(LogEntry::text))
          .as(which + " " + step)
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, LINES).mapToObj(n -> "line " + n).toList());
    }
  }

  String yaml() {
    return """
    pipeline:
      identifier: NAME
      name: NAME
      projectIdentifier: default
      orgIdentifier: default
      stages:
        - stage:
            identifier: first
            name: first
            type: CI
            spec:
              cloneCodebase: false
              infrastructure:
                type: KubernetesDirect
                spec: {connectorRef: local, namespace: default}
              execution:
                steps:
                  - step: {type: Run, identifier: one, name: one, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "COMMAND"}}
                  - step: {type: Run, identifier: two, name: two, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "COMMAND"}}
        - stage:
            identifier: second
            name: second
            type: CI
            spec:
              cloneCodebase: false
              infrastructure:
                type: KubernetesDirect
                spec: {connectorRef: local, namespace: default}
              execution:
                steps:
                  - step: {type: Run, identifier: prepare, name: prepare, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "printf 'FROM alpine:latest\\nRUN for n in $(seq 1 10); do echo built $n; sleep 0.1; done\\n' > Dockerfile; wget -q -O /dev/null http://127.0.0.1:PORT/<+pipeline.executionId>/prepare"}}
                  - step: {type: BuildAndPushDockerRegistry, identifier: push, name: push, spec: {connectorRef: dockerhub, repo: counted/demo, tags: ["<+pipeline.executionId>"]}}
    """
        .replaceFirst("COMMAND", counting("one"))
        .replaceFirst("COMMAND", counting("two"))
        .replace("NAME", NAME)
        .replace("PAUSE", pause)
        .replace("PORT", Integer.toString(counter.getAddress().getPort()));
  }

  private static String counting(String step) {
    return Matcher.quoteReplacement(
        "wget -q -O /dev/null http://127.0.0.1:PORT/<+pipeline.executionId>/%s; for n in $(seq 1 %d); do echo line $n; sleep PAUSE; done"
            .formatted(step, LINES));
  }

  @Override
  public void close() {
    counter.stop(0);
  }
}
