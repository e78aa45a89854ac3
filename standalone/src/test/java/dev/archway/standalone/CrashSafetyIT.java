package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.LogEntry;
import dev.archway.contract.status.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the whole server with SIGKILL at random moments of a running pipeline, twenty times, and
 * starts it again. Each step tells a counter outside when it begins, so that a step that ran twice,
 * or not at all, is seen; each line of log is numbered by the step itself.
 */
class CrashSafetyIT {
  private static final int ROUNDS = 20;
  private static final int LINES = 15;
  private static final long LONGEST_WAIT_MILLIS = 6_000;

  private final Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();

  @Test
  void anExecutionOutlivesTheServer(@TempDir(cleanup = CleanupMode.NEVER) Path home)
      throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    HttpServer counter = counter();
    try (LocalEnvironment environment = new LocalEnvironment(home);
        Server server = new Server(home)) {
      for (int round = 1; round <= ROUNDS; round++) {
        begun.clear();
        String id = server.submitted(pipeline(counter.getAddress().getPort(), round), Map.of());
        long wait = random.nextLong(LONGEST_WAIT_MILLIS);
        TimeUnit.MILLISECONDS.sleep(wait); // The moment of the crash, not a wait for something.
        server.kill();
        server.restart();
        ExecutionView end = server.awaitEnd(id);
        String which = "seed %d round %d killed after %d ms".formatted(seed, round, wait);
        assertThat(end.status()).as(which + " " + end.failure()).isEqualTo(Status.SUCCESS);
        assertThat(begun)
            .as(which)
            .hasSize(3)
            .allSatisfy((step, times) -> assertThat(times).as(which + " " + step).hasValue(1));
        assertThat(end.stages())
            .as(which)
            .allSatisfy(stage -> assertThat(stage.attempt()).isEqualTo(1));
        assertThat(server.images(id))
            .as(which)
            .singleElement()
            .satisfies(
                image -> assertThat(image.repository().host()).isEqualTo(environment.registry()));
        checkLogs(which, end, server.logs(id));
      }
    } finally {
      counter.stop(0);
    }
  }

  private static void checkLogs(String which, ExecutionView end, List<LogEntry> entries) {
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

  private HttpServer counter() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          begun
              .computeIfAbsent(exchange.getRequestURI().getPath(), _ -> new AtomicInteger())
              .incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String pipeline(int counter, int round) {
    return """
    pipeline:
      identifier: crash
      name: crash
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
                  - step: {type: Run, identifier: prepare, name: prepare, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "printf 'FROM alpine:latest\\nRUN for n in $(seq 1 10); do echo built $n; sleep 0.1; done\\n' > Dockerfile; wget -q -O /dev/null http://127.0.0.1:PORT/prepare"}}
                  - step: {type: BuildAndPushDockerRegistry, identifier: push, name: push, spec: {connectorRef: dockerhub, repo: crash/demo, tags: ["ROUND"]}}
    """
        .replaceFirst("COMMAND", counting("one"))
        .replaceFirst("COMMAND", counting("two"))
        .replace("PORT", Integer.toString(counter))
        .replace("ROUND", "r" + round);
  }

  private static String counting(String step) {
    return java.util.regex.Matcher.quoteReplacement(
        "wget -q -O /dev/null http://127.0.0.1:PORT/%s; for n in $(seq 1 %d); do echo line $n; sleep 0.1; done"
            .formatted(step, LINES));
  }
}
