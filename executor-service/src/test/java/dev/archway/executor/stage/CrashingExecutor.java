package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.ContractTypes;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import dev.archway.executor.runtime.podman.PodmanSettings;
import dev.archway.executor.runtime.podman.PodmanSettings.Mirror;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An executor in a process of its own, to be killed by its test. */
final class CrashingExecutor {
  /** A file in its home that has it never tell of a stage's end. */
  static final String MUTE = "mute";

  private CrashingExecutor() {}

  /**
   * Arguments: home, registry host, command file, and anything more for the test cluster instead of
   * podman. Reports go to {@code home/told}.
   */
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    StageRuntime runtime =
        arguments.length > 3
            ? TestCluster.find().runtime()
            : podman(home.resolve("podman"), arguments[1]);
    CountDownLatch over = new CountDownLatch(1);
    StageWorker worker =
        new StageWorker(
            home.resolve("stages"),
            runtime,
            new Told(home.resolve("told"), over),
            new StageWorker.Capacity(2, 2),
            Samples.SECRETS,
            Clock.systemUTC());
    worker.adopt();
    worker.handle(
        ContractMapper.json().readValue(Files.readString(Path.of(arguments[2])), RunStage.class));
    over.await();
    while (worker.active() > 0) {
      Thread.onSpinWait();
    }
    System.exit(0);
  }

  private static StageRuntime podman(Path home, String registry) throws Exception {
    PodmanSettings settings =
        new PodmanSettings(
            home,
            "host",
            "docker.io/archway/transfer:1",
            false,
            List.of(new Mirror("docker.io", registry, true)),
            List.of(registry));
    return new PodmanRuntime(
        settings,
        List.of(Platform.LINUX_AMD64),
        secret -> {
          throw new IllegalStateException("no secret " + secret);
        },
        Clock.systemUTC());
  }

  /** What executors have told, in order; a record cut short by a kill is not there. */
  static List<Object> read(Path told) throws IOException {
    List<Object> records = new ArrayList<>();
    if (!Files.exists(told)) {
      return records;
    }
    for (String row : Files.readAllLines(told)) {
      if (row.endsWith(" .")) {
        int space = row.indexOf(' ');
        records.add(
            ContractMapper.json()
                .readValue(
                    row.substring(space + 1, row.length() - 2),
                    ContractTypes.classOf(row.substring(0, space)).orElseThrow()));
      }
    }
    return records;
  }

  /** Starts one in a process of its own; its output is appended to {@code home/executor.log}. */
  static Process start(Path home, Path command, String... where) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-XX:TieredStopAtLevel=1",
                CrashingExecutor.class.getName(),
                home.toString()));
    words.add(where[0]);
    words.add(command.toString());
    words.addAll(List.of(where).subList(1, where.length));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("executor.log").toFile()))
        .start();
  }

  private record Told(Path file, CountDownLatch over) implements StageReports {
    @Override
    public void tell(StageEvent event) {
      if (event instanceof StageEvent.StageFinished && Files.exists(file.resolveSibling(MUTE))) {
        throw new IllegalStateException("mute");
      }
      write(event);
      if (event instanceof StageEvent.StageFinished) {
        over.countDown();
      }
    }

    @Override
    public void tell(ImagePushed event) {
      write(event);
    }

    @Override
    public void tell(LogChunk chunk) {
      write(chunk);
    }

    private void write(Object record) {
      String line =
          "\n"
              + ContractTypes.nameOf(record)
              + " "
              + ContractMapper.json().writeValueAsString(record)
              + " .";
      try {
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
