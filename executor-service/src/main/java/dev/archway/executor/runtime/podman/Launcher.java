package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.script.ShellText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Starts a command at most once, in a session of its own that outlives this process. The launcher
 * script's first act is a claim: a hard link, which either makes the claim with its owner's
 * identity in it or fails. See DESIGN.md.
 */
final class Launcher {
  private static final String SCRIPT =
      """
      cd FOLDER || exit 1
      read -r boot </proc/sys/kernel/random/boot_id
      read -r stat </proc/$$/stat
      n=$1
      set -- ${stat##*) }
      echo "$$ ${20} $boot" >owner.$$
      ln owner.$$ claim.$n 2>/dev/null || { rm -f owner.$$; exit 0; }
      { COMMAND ; } >launch.out.$n 2>launch.err.$n </dev/null
      echo $? >result.part
      mv result.part result.$n
      """;

  private final Path directory;

  Launcher(Path directory) {
    this.directory = directory;
  }

  /** What is known of a claim. */
  enum State {
    UNCLAIMED,
    RUNNING,
    ENDED,
    DEAD
  }

  /**
   * Writes the script.
   *
   * @param command shell text whose exit code is the result
   */
  void write(String command) throws IOException {
    DurableFile.write(
        directory.resolve("launch.sh"),
        SCRIPT
            .replace("FOLDER", ShellText.quoted(directory.toString()))
            .replace("COMMAND", command));
  }

  /** Starts the launcher for a claim; it does nothing when the claim is taken. */
  Process start(int claim) throws IOException {
    return start(claim, Map.of());
  }

  /** As {@link #start(int)}, with these variables besides. */
  Process start(int claim, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "setsid", "sh", directory.resolve("launch.sh").toString(), Integer.toString(claim));
    builder.environment().putAll(environment);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }

  /** The highest claim made so far; 0 for none. */
  int lastClaim() {
    int claim = 0;
    while (Files.exists(directory.resolve("claim." + (claim + 1)))) {
      claim++;
    }
    return claim;
  }

  ProcessTable.@Nullable Owner owner(int claim) throws IOException {
    String line = DurableFile.read(directory.resolve("claim." + claim));
    return line == null ? null : ProcessTable.Owner.parse(line);
  }

  /** The command's exit code; null while there is none. */
  @Nullable Integer result(int claim) throws IOException {
    String text = DurableFile.read(directory.resolve("result." + claim));
    return text == null ? null : Integer.valueOf(text);
  }

  /** True when the machine has not restarted since the claim. */
  boolean sameBoot(int claim) throws IOException {
    ProcessTable.Owner owner = owner(claim);
    return owner != null && owner.boot().equals(ProcessTable.boot());
  }

  State state(int claim) throws IOException {
    if (result(claim) != null) {
      return State.ENDED;
    }
    ProcessTable.Owner owner = owner(claim);
    if (owner == null) {
      return State.UNCLAIMED;
    }
    if (ProcessTable.alive(owner)) {
      return State.RUNNING;
    }
    // It may have written its result and ended between the two looks.
    return result(claim) != null ? State.ENDED : State.DEAD;
  }

  /** What the command printed and complained about. */
  String said(int claim) throws IOException {
    return String.join("\n", text("launch.out." + claim), text("launch.err." + claim)).strip();
  }

  private String text(String name) throws IOException {
    return Objects.requireNonNullElse(DurableFile.read(directory.resolve(name)), "");
  }
}
