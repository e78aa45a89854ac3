package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.EndStep;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What is durable of one attempt of a stage: a folder with the command, what was reported, whether
 * it shall stop and whether it is done. A file is there whole or not at all.
 */
final class StageDirectory {
  private static final String SECRETS = "secrets";

  private final Path folder;

  private StageDirectory(Path folder) {
    this.folder = folder;
  }

  static StageDirectory of(Path root, StageKey key) {
    return new StageDirectory(
        root.resolve(key.execution() + "." + key.stage() + "." + key.attempt()));
  }

  /** Every attempt below the root. */
  static List<StageDirectory> all(Path root) {
    try {
      Files.createDirectories(root);
      try (Stream<Path> folders = Files.list(root)) {
        return folders.filter(Files::isDirectory).sorted().map(StageDirectory::new).toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  /** The attempt whose folder this is. */
  StageKey key() {
    String[] parts = folder.getFileName().toString().split("\\.", -1);
    return new StageKey(ExecutionId.of(parts[0]), parts[1], Integer.parseInt(parts[2]));
  }

  /** Makes the stage durable; a second call changes nothing. */
  void accept(RunStage command) {
    try {
      Files.createDirectories(folder.resolve("events"));
      Files.createDirectories(folder.resolve("said"));
      Files.createDirectories(folder.resolve("answers"));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (command().isEmpty()) {
      write("command.json", ContractMapper.json().writeValueAsString(command));
    }
  }

  /** The command; empty when a crash came before it was whole. */
  Optional<RunStage> command() {
    return read("command.json").map(text -> ContractMapper.json().readValue(text, RunStage.class));
  }

  /** Keeps the place in a trace that the attempt belongs to. */
  void keepTrace(String traceparent) {
    write("traceparent", traceparent);
  }

  /** The place in a trace that the attempt belongs to. */
  Optional<String> trace() {
    return read("traceparent");
  }

  /** Asks the attempt to stop. */
  void stop(String by) {
    write("stop", by);
  }

  /** Who asked it to stop. */
  Optional<String> stopped() {
    return read("stop");
  }

  /** Keeps how a step ends that waits for another service. */
  void answer(EndStep end) {
    write("answers/" + end.step() + ".json", ContractMapper.json().writeValueAsString(end));
  }

  /** How a step ends that waits for another service; empty while nobody has told. */
  Optional<EndStep> answer(String step) {
    return read("answers/" + step + ".json")
        .map(text -> ContractMapper.json().readValue(text, EndStep.class));
  }

  /** The event of this name, if it has been made. */
  <E extends StageEvent> Optional<E> event(String name, Class<E> type) {
    return read("events/" + name + ".json")
        .map(text -> ContractMapper.json().readValue(text, type));
  }

  /** The event of this name; made and kept when there is none yet, so that it never changes. */
  <E extends StageEvent> E event(String name, Class<E> type, Supplier<E> maker) {
    Optional<E> before = event(name, type);
    if (before.isPresent()) {
      return before.get();
    }
    E made = maker.get();
    write("events/" + name + ".json", ContractMapper.json().writeValueAsString(made));
    return made;
  }

  /** Notes that the end of a step and all its log have been told. */
  void said(String step) {
    write("said/" + step, "");
  }

  boolean isSaid(String step) {
    return Files.exists(folder.resolve("said").resolve(step));
  }

  /** Keeps what one try of a step handed on in secret, until the attempt is over. */
  void keepSecrets(String step, Map<String, String> values) {
    try {
      Files.createDirectories(folder.resolve(SECRETS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write(SECRETS + "/" + step + ".json", ContractMapper.json().writeValueAsString(values));
  }

  /** What a try of a step handed on in secret, by name. */
  @SuppressWarnings("unchecked") // As it was written.
  Map<String, String> secrets(String step) {
    return read(SECRETS + "/" + step + ".json")
        .map(text -> (Map<String, String>) ContractMapper.json().readValue(text, Map.class))
        .orElse(Map.of());
  }

  /** What all of the stage's steps handed on in secret. */
  List<String> secrets() {
    Path kept = folder.resolve(SECRETS);
    if (!Files.exists(kept)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(kept)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .flatMap(name ->
              secrets(name.substring(0, name.length() - ".json".length())).values().stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes that the attempt is over and told; its secrets go first. */
  void done() {
    Path kept = folder.resolve(SECRETS);
    if (Files.exists(kept)) {
      try (Stream<Path> files = Files.walk(kept)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    write("done", "");
  }

  boolean isDone() {
    return Files.exists(folder.resolve("done"));
  }

  /** True when what the runtime made has not been removed yet. */
  boolean hasResources() {
    return Files.exists(folder.resolve("steps")) || Files.exists(folder.resolve("workspace"));
  }

  /** Removes what is left of an attempt that has been over for this long. */
  void prune(Duration age, Instant now) {
    try {
      Path done = folder.resolve("done");
      if (isDone()
          && !hasResources()
          && Files.getLastModifiedTime(done).toInstant().plus(age).isBefore(now)) {
        // The mark goes last: without it and the command nothing is left to take up.
        Files.deleteIfExists(folder.resolve("command.json"));
        try (Stream<Path> rest = Files.walk(folder)) {
          for (Path file : rest.sorted(java.util.Comparator.reverseOrder()).toList()) {
            Files.deleteIfExists(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<String> read(String name) {
    try {
      return Optional.of(Files.readString(folder.resolve(name)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String name, String text) {
    Path file = folder.resolve(name);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
