package dev.archway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.IndexView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.api.ExecutionView.StepView;
import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.api.LogEntry;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.api.Submission;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.image.Repository;
import dev.archway.contract.report.TestReport;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchwayCommandTest {
  private static final ExecutionId ID = ExecutionId.of("e1234567");
  private static final String LOGS = "GET /api/v1/executions/e1234567/logs?follow=true";
  private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
  private static final Digest DIGEST = Digest.sha256("x".getBytes(StandardCharsets.UTF_8));
  private static final Repository REPOSITORY = Repository.parse("localhost:5000/my-repo/ci-demo");
  private static final Platform ARM64 = Platform.parse("linux/arm64");

  @TempDir Path directory;
  private FakeServer server;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer();
    Files.writeString(directory.resolve("token"), "secret\n");
    Files.writeString(directory.resolve("pipeline.yaml"), "pipeline: {}\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void runSendsWhatItWasGivenFollowsTheLogAndSumsUp() throws Exception {
    Files.writeString(
        directory.resolve("inputs.yaml"), "namespace: no\nbuild: {type: branch}\nother: 1\n");
    Files.writeString(directory.resolve("set.yaml"), "inputSet: {identifier: s}\n");
    Files.writeString(directory.resolve("template.yaml"), "template: {}\n");
    accept();
    server.on(
        LOGS,
        exchange -> FakeServer.events(exchange, event(0, "one") + event(1, "two") + end("{}")));
    server.on("GET /api/v1/executions/e1234567", 200, view(Status.SUCCESS, null));

    int code =
        run(
            "run",
            file("pipeline.yaml"),
            "--inputs",
            file("inputs.yaml"),
            "--inputs",
            file("set.yaml"),
            "--template",
            file("template.yaml"),
            "--input",
            "other=a=b",
            "--branch",
            "main",
            "--stage",
            "upload",
            "--id-file",
            file("id"));

    assertThat(err.toString()).contains("execution e1234567");
    assertThat(code).isZero();
    Submission sent = ContractMapper.json().readValue(submitted.get(), Submission.class);
    assertThat(sent.pipelineYaml()).isEqualTo("pipeline: {}\n");
    assertThat(sent.inputs())
        .isEqualTo(Map.of("namespace", "no", "build", Map.of("type", "branch"), "other", "a=b"));
    assertThat(sent.inputSets()).containsExactly("inputSet: {identifier: s}\n");
    assertThat(sent.templates()).containsExactly("template: {}\n");
    assertThat(sent.branch()).isEqualTo("main");
    assertThat(sent.stages()).containsExactly("upload");
    assertThat(directory.resolve("id")).hasContent("e1234567");
    assertThat(out.toString())
        .startsWith("upload | build | one\nupload | build | two\n")
        .contains("demo e1234567: Success in 5.0 s, commit abc")
        .containsPattern("stage upload +Success +3\\.0 s +linux/arm64 \\(emulated\\)")
        .contains("podman ignores tolerations")
        .containsPattern(
            "tests upload/build +12 run, 2 failed, 1 with errors, 3 skipped +4.2 s +out/bad.xml")
        .containsPattern("image localhost:5000/my-repo/ci-demo:1.0-linux-arm64 +" + DIGEST)
        .containsPattern(
            "index localhost:5000/my-repo/ci-demo:1.0 +" + DIGEST + " +joins linux/arm64")
        .doesNotContain("\u001b");
  }

  @Test
  void runResumesABrokenStreamWithoutLosingOrDoublingALine() {
    accept();
    List<@Nullable String> resumedFrom = new CopyOnWriteArrayList<>();
    server.on(
        LOGS,
        exchange -> {
          String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
          resumedFrom.add(String.valueOf(last));
          switch (resumedFrom.size()) {
            // A broken-off event must not count: it comes again, whole.
            case 1 -> FakeServer.events(exchange, ":\n\n" + event(0, "a") + event(1, "b").strip());
            case 2 -> FakeServer.json(exchange, 503, Map.of("title", "x", "status", 503));
            case 3 -> FakeServer.events(exchange, event(1, "b"));
            default -> FakeServer.events(exchange, event(2, "c") + end("{}"));
          }
        });
    server.on("GET /api/v1/executions/e1234567", 200, view(Status.SUCCESS, null));

    assertThat(run("run", file("pipeline.yaml"))).isZero();

    assertThat(resumedFrom).containsExactly("null", "0", "0", "1");
    assertThat(out.toString().lines().filter(line -> line.startsWith("upload | build |")))
        .containsExactly("upload | build | a", "upload | build | b", "upload | build | c");
  }

  @Test
  void runOutlivesARestartOfTheServer() throws Exception {
    accept();
    CompletableFuture<Void> firstPart = new CompletableFuture<>();
    server.on(
        LOGS,
        exchange -> {
          FakeServer.events(exchange, event(0, "before"));
          firstPart.complete(null);
        });
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> run("run", file("pipeline.yaml")));
    firstPart.join();
    int port = server.port();
    server.close();
    server = new FakeServer(port);
    server.on(LOGS, exchange -> FakeServer.events(exchange, event(1, "after") + end("{}")));
    server.on("GET /api/v1/executions/e1234567", 200, view(Status.SUCCESS, null));

    assertThat(code.join()).isZero();
    assertThat(out.toString()).contains("| before\n").contains("| after\n");
  }

  @Test
  void runTellsEveryFindingAtItsPlaceAndStartsNothing() {
    server.on(
        "POST /api/v1/executions",
        422,
        new ProblemDocument(
            null,
            "Unprocessable",
            422,
            null,
            List.of(
                new Problem(Problem.Severity.ERROR, "a", 3, 7, "unknown-key", "cannot read a"),
                new Problem(Problem.Severity.WARNING, "b", 9, 1, "odd", "b is odd"))));

    assertThat(run("run", file("pipeline.yaml"))).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "%1$s:3:7: unknown-key: cannot read a\n%1$s:9:1: warning: odd: b is odd\n"
                .formatted(file("pipeline.yaml")));
  }

  @Test
  void exitCodesFollowTheExecution() {
    accept();
    server.on(LOGS, exchange -> FakeServer.events(exchange, end("{\"complete\":false}")));
    Failure failure =
        Failure.of(FailureReason.EXIT_CODE, "step build ended with 7").at("build", List.of("last"));
    for (Map.Entry<Status, Integer> expected :
        Map.of(Status.FAILED, 1, Status.EXPIRED, 1, Status.ABORTED, 3).entrySet()) {
      server.on("GET /api/v1/executions/e1234567", 200, view(expected.getKey(), failure));
      assertThat(run("run", file("pipeline.yaml"))).isEqualTo(expected.getValue());
    }
    assertThat(out.toString())
        .contains("stage upload, step build: step build ended with 7 (exit code 7)\n  | last\n");
    assertThat(err.toString()).contains("lines are missing");
  }

  @Test
  void detachPrintsTheIdAlone() {
    accept();
    assertThat(run("run", file("pipeline.yaml"), "--detach")).isZero();
    assertThat(out).hasToString("e1234567\n");
  }

  @Test
  void aServerThatIsNotThereOrRefusesTheTokenIsFour() throws Exception {
    Files.writeString(directory.resolve("token"), "wrong");
    assertThat(run("executions")).isEqualTo(4);
    assertThat(err.toString()).contains("cannot log in at " + server.url());

    server.close();
    assertThat(run("executions")).isEqualTo(4);
    assertThat(err.toString()).contains("cannot reach " + server.url());

    assertThat(run("executions", "--token-file", file("none"))).isEqualTo(4);
    assertThat(err.toString()).contains("cannot read the token file").contains("no such file");
  }

  @Test
  void planPrintsThePipelineAndItsRunsOrThePlan() {
    server.on(
        "POST /api/v1/pipelines/validate",
        200,
        Map.of(
            "plan",
            Map.of("pipeline", "demo", "stages", List.of(Map.of("id", "one"))),
            "merged",
            "pipeline:\n  name: demo\n",
            "runs",
            List.of(Map.of("id", "one", "platform", "linux/arm64")),
            "warnings",
            List.of(new Problem(Problem.Severity.WARNING, "b", 9, 1, "odd", "b is odd"))));

    assertThat(run("plan", file("pipeline.yaml"))).isZero();
    assertThat(out.toString()).startsWith("pipeline:\n  name: demo\n---\n");
    assertThat(Yaml.mapping("runs", out.toString().substring(out.toString().indexOf("---\n") + 4)))
        .containsEntry("runs", List.of(Map.of("id", "one", "platform", "linux/arm64")));
    assertThat(err.toString()).contains("pipeline.yaml:9:1: warning: odd: b is odd");

    out.getBuffer().setLength(0);
    assertThat(run("plan", file("pipeline.yaml"), "--json")).isZero();
    assertThat(ContractMapper.json().readTree(out.toString()).get("pipeline").asString())
        .isEqualTo("demo");
  }

  @Test
  void schemaPrintsWhatTheServerHas() {
    server.on("GET /api/v1/schema/pipeline", 200, Map.of("type", "object"));

    assertThat(run("schema")).isZero();
    assertThat(out.toString()).isEqualTo("{\"type\":\"object\"}\n");
  }

  @Test
  void logsPrintsWhatIsThereOfOneStep() {
    server.on("GET /api/v1/executions/e1234567", 200, view(Status.RUNNING, null));
    server.on(
        "GET /api/v1/executions/e1234567/logs?stage=upload&step=build",
        exchange ->
            FakeServer.events(
                exchange,
                ContractMapper.json().writeValueAsString(entry(0, "one"))
                    + "\n"
                    + ContractMapper.json().writeValueAsString(entry(1, "two"))
                    + "\n"));

    assertThat(run("logs", "e1234567", "--stage", "upload", "--step", "build")).isZero();
    assertThat(out).hasToString("upload | build | one\nupload | build | two\n");

    assertThat(run("logs", "e7654321", "--follow")).isEqualTo(2);
    assertThat(err.toString()).contains("there is no GET /api/v1/executions/e7654321");
  }

  @Test
  void listsExecutionsAndImagesAndAborts() {
    server.on(
        "GET /api/v1/executions",
        200,
        List.of(new ExecutionSummary(ID, "o", "p", "demo", "Demo", Status.RUNNING, START, null)));
    assertThat(run("executions")).isZero();
    assertThat(out.toString()).containsPattern("e1234567 +demo +Running +2026-01-01T10:00:00Z +-");

    server.on(
        "GET /api/v1/executions?pipeline=demo&branch=feature%2Fx&trigger=on_push",
        200,
        List.of(new ExecutionSummary(ID, "o", "p", "found", "Demo", Status.RUNNING, START, null)));
    assertThat(
            run(
                "executions",
                "--trigger",
                "on_push",
                "--branch",
                "feature/x",
                "--pipeline",
                "demo"))
        .isZero();
    assertThat(out.toString()).contains("found");

    server.on(
        "GET /api/v1/images?execution=e1234567&tag=1.0",
        200,
        List.of(
            image("1.0-linux-arm64", ARM64, List.of()),
            image("1.0", null, List.of(new ImageRecord.Part(ARM64, DIGEST)))));
    assertThat(run("images", "--execution", "e1234567", "--tag", "1.0")).isZero();
    assertThat(out.toString())
        .containsPattern(
            "localhost:5000/my-repo/ci-demo:1.0-linux-arm64 +%s +linux/arm64 \\(emulated\\)"
                .formatted(DIGEST))
        .containsPattern(
            "localhost:5000/my-repo/ci-demo:1.0 +%s +index of linux/arm64".formatted(DIGEST));

    server.on("POST /api/v1/executions/e1234567/abort", 202, Map.of());
    assertThat(run("abort", "e1234567")).isZero();
  }

  @Test
  void theCommandLineItselfMayBeWrong() {
    assertThat(run("run", file("none.yaml"))).isEqualTo(2);
    assertThat(err.toString()).contains("cannot read " + file("none.yaml") + ": no such file");
    assertThat(run("run", file("pipeline.yaml"), "--input", "novalue")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("executions", "--url", "nowhere")).isEqualTo(2);
    assertThat(run("version")).isZero();
    assertThat(server.requests()).isEmpty();
  }

  private final AtomicReference<String> submitted = new AtomicReference<>("");

  private void accept() {
    server.on(
        "POST /api/v1/executions",
        exchange -> {
          submitted.set(server.lastBody());
          FakeServer.json(
              exchange, 202, new Accepted(ID, Status.QUEUED, List.of(), Map.of("self", "/")));
        });
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    for (String[] option :
        new String[][] {{"--url", server.url()}, {"--token-file", file("token")}}) {
      if (!all.isEmpty() && !all.contains(option[0])) {
        all.addAll(List.of(option));
      }
    }
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    int code =
        ArchwayCommand.execute(
            outWriter, errWriter, false, Duration.ofSeconds(20), all.toArray(String[]::new));
    outWriter.flush();
    errWriter.flush();
    return code;
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static LogEntry entry(long line, String text) {
    return new LogEntry("upload", 1, "build", line, START, LogChunk.Stream.OUT, text);
  }

  private static String event(long id, String text) {
    return "id:%d\ndata:%s\n\n"
        .formatted(id, ContractMapper.json().writeValueAsString(entry(id, text)));
  }

  private static String end(String data) {
    return "event:end\ndata:" + data + "\n\n";
  }

  /** As the server writes it, with a field that this client need not know. */
  private static Map<String, Object> image(
      String tag, @Nullable Platform platform, List<ImageRecord.Part> parts) {
    Map<String, Object> image = new HashMap<>();
    image.put("repository", REPOSITORY);
    image.put("tag", tag);
    image.put("digest", DIGEST);
    image.put("mediaType", "application/vnd.oci.image.manifest.v1+json");
    image.put("size", 1);
    image.put("parts", parts);
    image.put("missing", List.of());
    image.put("execution", ID);
    image.put("emulated", platform != null);
    image.put("recordedAt", START);
    image.put("later", "unknown");
    if (platform != null) {
      image.put("platform", platform);
    }
    return image;
  }

  private static ExecutionView view(Status status, @Nullable Failure failure) {
    StepView step =
        new StepView(
            "build",
            "Build",
            "Run",
            status,
            START,
            START.plusSeconds(2),
            failure == null ? 0 : 7,
            failure,
            List.of(
                new PushedImage(
                    REPOSITORY, List.of("1.0-linux-arm64"), DIGEST, ARM64, true, "abc")),
            2,
            new TestReport(
                12,
                2,
                1,
                3,
                Duration.ofMillis(4200),
                List.of(new TestReport.FailedCase("adds", "SumTest", "expected 3")),
                List.of("out/bad.xml is not read: no end")));
    StageView stage =
        new StageView(
            "upload",
            "upload",
            "Upload",
            ARM64,
            "cluster",
            1,
            status,
            START,
            START.plusSeconds(3),
            "podman",
            true,
            List.of("tolerations"),
            failure,
            List.of(step),
            null);
    IndexView index =
        new IndexView(
            "index", REPOSITORY, List.of("1.0"), status, DIGEST, List.of(ARM64), List.of(), null);
    return new ExecutionView(
        ID,
        "o",
        "p",
        "demo",
        "Demo",
        status,
        START,
        START,
        START.plusSeconds(5),
        "main",
        "abc",
        failure,
        List.of(stage),
        List.of(index),
        List.of());
  }
}
