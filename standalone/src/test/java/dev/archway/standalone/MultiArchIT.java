package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.api.LogEntry;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.api.Submission;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.image.Platform;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, through the front door, with everything real: registry, Git, podman, buildah, QEMU,
 * Kafka.
 */
class MultiArchIT {
  private static final Map<String, Object> INPUTS = Map.of("build", "main", "namespace", "default");

  @TempDir(cleanup = CleanupMode.NEVER)
  static Path home;

  private static LocalEnvironment environment;
  private static Server server;

  @BeforeAll
  static void start() {
    environment = new LocalEnvironment(home);
    server = new Server(home);
  }

  @AfterAll
  static void stop() {
    server.close();
    environment.close();
  }

  @Test
  void twoStagesPushTwoTagsOfOneCommitAndTheIndexJoinsThem() throws IOException {
    String id = server.submitted(example("multi-arch.yaml"), INPUTS);
    ExecutionView end = server.awaitEnd(id);
    assertThat(end.status()).as(String.valueOf(end.failure())).isEqualTo(Status.SUCCESS);
    assertThat(end.stages())
        .extracting(StageView::platform)
        .containsExactly(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    StageView first = end.stages().getFirst();
    StageView second = end.stages().getLast();
    assertThat(Objects.requireNonNull(second.startedAt()))
        .isAfterOrEqualTo(Objects.requireNonNull(first.endedAt()));
    assertThat(first.emulated()).isNotEqualTo(second.emulated());
    assertThat(second.ignored()).contains("nodeSelector", "tolerations", "namespace");
    List<ImageRecord> images = server.images(id);
    assertThat(images)
        .extracting(ImageRecord::tag)
        .containsExactlyInAnyOrder("1.0-linux-amd64", "1.0-linux-arm64", "1.0");
    assertThat(images)
        .filteredOn(image -> image.platform() != null)
        .allSatisfy(image -> assertThat(image.commit()).isEqualTo(end.commit()));
    String reference = environment.registry() + "/my-repo/ci-demo:1.0";
    assertThat(machine("linux-amd64", "linux/amd64", reference)).isEqualTo("x86_64");
    assertThat(machine("linux-arm64", "linux/arm64", reference)).isEqualTo("aarch64");
    checkLogIsWhole(id, end);
    assertThat(server.get("/api/v1/executions/" + id + "/logs", "text/plain"))
        .contains("FROM alpine:latest");
  }

  @Test
  void platformsFanOutInParallelAndTheIndexFollows() throws IOException {
    String id = server.submitted(example("platforms.yaml"), Map.of("build", "main"));
    ExecutionView end = server.awaitEnd(id);
    assertThat(end.status()).as(String.valueOf(end.failure())).isEqualTo(Status.SUCCESS);
    assertThat(end.stages()).hasSize(2);
    StageView one = end.stages().getFirst();
    StageView other = end.stages().getLast();
    assertThat(Objects.requireNonNull(one.startedAt()))
        .isBefore(Objects.requireNonNull(other.endedAt()));
    assertThat(Objects.requireNonNull(other.startedAt()))
        .isBefore(Objects.requireNonNull(one.endedAt()));
    assertThat(end.indexes())
        .singleElement()
        .satisfies(index ->
            assertThat(index.platforms())
                .containsExactlyInAnyOrder(Platform.LINUX_AMD64, Platform.LINUX_ARM64));
  }

  @Test
  void theProjectsOwnPipelineHasNoFindings() throws IOException {
    String yaml =
        Files.readString(LocalEnvironment.CHECKOUT.resolve(".archway/pipeline.yaml"))
            .replace("connectorRef: archway", "connectorRef: sample");
    HttpResponse<String> answer =
        server.post(
            "/api/v1/pipelines/validate",
            ContractMapper.json()
                .writeValueAsString(
                    new Submission(
                        yaml, Map.of("build", "main", "variables.tag.value", "1"), null, null)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void bothStagesBuildTheSameCommitEvenWhenTheBranchMovesInBetween() throws IOException {
    String yaml = example("multi-arch.yaml");
    String id = server.submitted(yaml, INPUTS);
    environment.run(
        "sh",
        "-ec",
        """
        work=$(mktemp -d); git clone -q "$ARCHWAY_HOME/git/sample.git" "$work/c"; cd "$work/c"
        git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m moved; git push -q origin HEAD:main; rm -rf "$work"
        """);
    ExecutionView end = server.awaitEnd(id);
    assertThat(end.status()).as(String.valueOf(end.failure())).isEqualTo(Status.SUCCESS);
    assertThat(
            end.stages().stream()
                .flatMap(stage -> stage.steps().stream())
                .flatMap(step -> step.images().stream())
                .map(image -> image.commit()))
        .hasSize(2)
        .containsOnly(end.commit());
  }

  @Test
  void aFailingStepIsToldWithStepExitCodeAndItsLastLines() {
    String id = server.submitted(twoStages("echo so far so good; echo boom >&2; exit 3"), Map.of());
    ExecutionView end = server.awaitEnd(id);
    assertThat(end.status()).isEqualTo(Status.FAILED);
    var failure = Objects.requireNonNull(end.failure());
    assertThat(failure.reason()).isEqualTo(FailureReason.EXIT_CODE);
    assertThat(failure.step()).isEqualTo("test");
    assertThat(failure.exitCode()).isEqualTo(3);
    assertThat(failure.logTail()).contains("so far so good", "boom");
    assertThat(end.stages().getLast().status()).isEqualTo(Status.SKIPPED);
    checkLogIsWhole(id, end);
  }

  @Test
  void aStepOverItsMemoryLimitIsToldAsSuch() {
    String id =
        server.submitted(
            twoStages("dd if=/dev/zero of=/dev/null bs=300M count=1")
                .replace("command:", "resources: {limits: {memory: 30Mi}}, command:"),
            Map.of());
    ExecutionView end = server.awaitEnd(id);
    assertThat(Objects.requireNonNull(end.failure()).reason())
        .isEqualTo(FailureReason.OUT_OF_MEMORY);
  }

  @Test
  void anAbortedExecutionStopsItsStepAndKeepsItsLog() {
    String id = server.submitted(twoStages("echo started; sleep 300"), Map.of());
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(1))
        .until(() ->
            server.get("/api/v1/executions/" + id + "/logs", "text/plain").contains("started"));
    assertThat(server.post("/api/v1/executions/" + id + "/abort", "").statusCode()).isEqualTo(202);
    ExecutionView end = server.awaitEnd(id);
    assertThat(end.status()).isEqualTo(Status.ABORTED);
    checkLogIsWhole(id, end);
  }

  @Test
  void sixtyFollowOneExecutionAndItIsStillAnswered() throws Exception {
    String id = server.submitted(twoStages("echo started; sleep 300"), Map.of());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch begun = new CountDownLatch(60);
      List<Future<Boolean>> followers =
          Stream.generate(() -> threads.submit(() -> followed(id, begun))).limit(60).toList();
      assertThat(begun.await(2, TimeUnit.MINUTES)).as("all follow at once").isTrue();
      assertThat(server.show(id).status()).isEqualTo(Status.RUNNING);
      assertThat(server.post("/api/v1/executions/" + id + "/abort", "").statusCode())
          .isEqualTo(202);
      for (Future<Boolean> each : followers) {
        assertThat(each.get()).as("followed to the execution's end").isTrue();
      }
    }
  }

  /** Follows the log: counts down at the line of the step, and returns when there is no more. */
  private static boolean followed(String id, CountDownLatch begun) {
    try (Stream<String> lines = server.follow(id)) {
      return lines
              .peek(line -> {
                if (line.contains("started")) {
                  begun.countDown();
                }
              })
              .count()
          > 0;
    }
  }

  @Test
  void aRegistryThatIsDownDuringThePushFailsClearlyAndLeavesNoRecord() throws Exception {
    String id =
        server.submitted(
            example("multi-arch.yaml").replace("1.0", "2.0").replace("cat > ", "sleep 3; cat > "),
            INPUTS);
    TimeUnit.SECONDS.sleep(
        1); // The first step sleeps longer than this; the registry goes down under the push.
    environment.stopRegistry();
    try {
      ExecutionView end = server.awaitEnd(id);
      assertThat(end.status()).isEqualTo(Status.FAILED);
      assertThat(Objects.requireNonNull(end.failure()).reason())
          .isIn(
              FailureReason.PUSH_FAILED,
              FailureReason.IMAGE_UNAVAILABLE,
              FailureReason.BUILD_FAILED);
      assertThat(server.images(id)).isEmpty();
    } finally {
      environment.startRegistry();
    }
  }

  @Test
  void everyFindingIsToldAtOnceAndNothingStarts() {
    int before = server.get("/api/v1/executions?limit=200", "application/json").length();
    String yaml =
        twoStages("true")
            .replace("connectorRef: local,", "connectorRef: nowhere,")
            .replaceFirst("type: Run", "type: Rum")
            .replace("namespace: default", "namespace: <+input>");
    HttpResponse<String> answer = server.submit(yaml, Map.of());
    assertThat(answer.statusCode()).isEqualTo(422);
    ProblemDocument document =
        ContractMapper.json().readValue(answer.body(), ProblemDocument.class);
    assertThat(document.problems())
        .extracting(Problem::code)
        .contains("unknown-connector", "unknown-step-type", "unresolved-input");
    assertThat(document.problems())
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .allSatisfy(problem -> {
          assertThat(problem.line()).isPositive();
          assertThat(problem.column()).isPositive();
        });
    assertThat(server.get("/api/v1/executions?limit=200", "application/json")).hasSize(before);
  }

  @Test
  void theSchemaOfPipelinesIsTheOneInTheRepository() throws IOException {
    assertThat(server.get("/api/v1/schema/pipeline", "application/json"))
        .isEqualTo(Files.readString(Path.of("../docs/schema/pipeline.json")));
  }

  @Test
  void brokenYamlIsAFindingWithItsPlace() {
    HttpResponse<String> answer = server.submit("pipeline:\n  name: [unclosed\n", Map.of());
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(ContractMapper.json().readValue(answer.body(), ProblemDocument.class).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.line()).isPositive());
  }

  @Test
  void aSecondStartOnTheSameHomeIsRefused() throws Exception {
    Process second = Server.start(home);
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(server.output()).contains(home.toString());
    assertThat(server.get("/api/v1/executions", "application/json")).startsWith("[");
  }

  private static void checkLogIsWhole(String id, ExecutionView end) {
    List<LogEntry> entries = server.logs(id);
    long expected =
        end.stages().stream()
            .flatMap(stage -> stage.steps().stream())
            .mapToLong(ExecutionView.StepView::logLines)
            .sum();
    assertThat(entries).hasSize((int) expected);
    assertThat(
            new HashSet<>(
                entries.stream().map(e -> e.stage() + "/" + e.step() + "/" + e.line()).toList()))
        .hasSize((int) expected);
  }

  private static String machine(String store, String platform, String reference) {
    return environment
        .run(
            "sh",
            "-ec",
            ". \"$ARCHWAY_HOME/podman/%s/env\"; podman run --rm --network host --pull always --platform %s --entrypoint uname %s -m 2>/dev/null"
                .formatted(store, platform, reference))
        .strip();
  }

  private static String example(String name) throws IOException {
    return Files.readString(LocalEnvironment.CHECKOUT.resolve("examples/" + name));
  }

  private static String twoStages(String command) {
    return """
    pipeline:
      identifier: small
      name: small
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
                  - step: {type: Run, identifier: test, name: test, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "COMMAND"}}
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
                  - step: {type: Run, identifier: later, name: later, spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "true"}}
    """
        .replace("COMMAND", command);
  }
}
