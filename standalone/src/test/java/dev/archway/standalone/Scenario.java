package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.api.Submission;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder of {@code scenarios}: a pipeline, what comes with it, and how it shall end. */
record Scenario(Path folder) {
  private static final Path ALL = LocalEnvironment.CHECKOUT.resolve("scenarios");

  /**
   * How an execution shall end.
   *
   * @param steps the status of a step, by {@code stage/step}; others may end as they like
   * @param log lines that are somewhere in the log
   * @param absent what is nowhere, neither in the log nor in what is told of the execution
   * @param told what is somewhere in what the API tells of the execution
   * @param oneAtATime stages of which no two run at the same time
   */
  record Expected(
      Status status,
      Map<String, Status> steps,
      List<String> log,
      List<String> absent,
      List<String> told,
      @Nullable List<String> oneAtATime) {}

  /** All of them, by name, or those that {@code -Dscenarios=REGEX} picks. */
  static Stream<Scenario> all() throws IOException {
    String picked = System.getProperty("scenarios", ".*");
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.sorted().map(Scenario::new).toList().stream()
          .filter(scenario -> scenario.toString().matches(picked));
    }
  }

  /**
   * Puts its secrets to where services of one machine look for them, and runs its {@code
   * prepare.sh}, which makes below {@code $ARCHWAY_HOME} what the pipeline finds.
   */
  void prepare(LocalEnvironment environment) throws IOException {
    Path secrets = Files.createDirectories(environment.home().resolve("secrets"));
    for (String secret : names(folder.resolve("secrets"))) {
      Files.copy(
          folder.resolve("secrets").resolve(secret),
          secrets.resolve(secret),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path script = folder.resolve("prepare.sh");
    if (Files.exists(script)) {
      var _ = environment.run("sh", "-eu", script.toString());
    }
  }

  /** Runs it to its end; fails unless that is as expected. */
  void runAt(Api api) throws IOException {
    Expected expected =
        ContractMapper.json()
            .readValue(Files.readString(folder.resolve("expected.json")), Expected.class);
    String id =
        api.submitted(
            new Submission(
                Files.readString(folder.resolve("pipeline.yaml")),
                inputs(folder.resolve("inputs.json")),
                null,
                null,
                texts(folder.resolve("inputs")),
                texts(folder.resolve("templates"))));
    ExecutionView end = api.awaitEnd(id);
    assertThat(end.status()).as(String.valueOf(end.failure())).isEqualTo(expected.status());
    expected
        .steps()
        .forEach((step, status) -> assertThat(status(end, step)).as(step).isEqualTo(status));
    String log = api.get("/api/v1/executions/" + id + "/logs", "text/plain");
    expected.log().forEach(line -> assertThat(log).contains(line));
    String told = api.get("/api/v1/executions/" + id, "application/json");
    expected.told().forEach(text -> assertThat(told).contains(text));
    expected.absent().forEach(text -> assertThat(log + told).doesNotContain(text));
    List<StageView> apart =
        end.stages().stream()
            .filter(stage ->
                expected.oneAtATime() != null && expected.oneAtATime().contains(stage.id()))
            .toList();
    for (int i = 1; i < apart.size(); i++) {
      Instant before = Objects.requireNonNull(apart.get(i - 1).endedAt());
      assertThat(Objects.requireNonNull(apart.get(i).startedAt())).isAfterOrEqualTo(before);
    }
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }

  @SuppressWarnings("unchecked") // The fixture is a JSON object.
  private static @Nullable Map<String, Object> inputs(Path file) throws IOException {
    return Files.exists(file)
        ? ContractMapper.json().readValue(Files.readString(file), Map.class)
        : null;
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** What comes beside the pipeline, in the order of the files' names. */
  private static List<String> texts(Path folder) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String name : names(folder)) {
      texts.add(Files.readString(folder.resolve(name)));
    }
    return texts;
  }

  private static Status status(ExecutionView end, String path) {
    String[] names = path.split("/", -1);
    return end.stages().stream()
        .filter(stage -> stage.id().equals(names[0]))
        .flatMap(stage -> stage.steps().stream())
        .filter(step -> step.id().equals(names[1]))
        .findFirst()
        .orElseThrow()
        .status();
  }
}
