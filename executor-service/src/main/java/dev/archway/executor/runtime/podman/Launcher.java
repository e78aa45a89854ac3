package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.script.ShellText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a step's script at most once, in a session of its own that outlives this process. The
 * launcher's first act is a claim: a hard link, which either makes the claim with its owner's
 * identity in it or fails. See DESIGN.md.
 */
final class Launcher {
  private static final String LAUNCHER =
      """
      cd FOLDER || exit 1
      read -r boot </proc/sys/kernel/random/boot_id
      read -r stat </proc/$$/stat
      set -- ${stat##*) }
      echo "$$ ${20} $boot" >owner.$$
      ln owner.$$ claim 2>/dev/null || { rm -f owner.$$; exit 0; }
      ( . ./script.sh ) >out.log 2>&1 </dev/null
      echo $? >result
      """;

  private final Path directory;

  Launcher(Path directory) {
    this.directory = directory;
  }

  /** What is known of the script. */
  enum State {
    UNCLAIMED,
    RUNNING,
    ENDED,
    DEAD
  }

  /** Starts the launcher of {@code script.sh}; it does nothing when the claim is taken. */
  Process start(Map<String, String> environment) throws IOException {
    Path launcher = directory.resolve("launch.sh");
    DurableFile.write(launcher, LAUNCHER.replace("FOLDER", ShellText.quoted(directory.toString())));
    ProcessBuilder builder = new ProcessBuilder("setsid", "sh", launcher.toString());
    builder.environment().putAll(environment);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }

  boolean claimed() {
    return Files.exists(directory.resolve("claim"));
  }

  ProcessTable.@Nullable Owner owner() throws IOException {
    String line = DurableFile.read(directory.resolve("claim"));
    return line == null ? null : ProcessTable.Owner.parse(line);
  }

  /** The script's exit code; null while there is none. */
  @Nullable Integer result() throws IOException {
    String text = DurableFile.read(directory.resolve("result"));
    return text == null || text.isEmpty() ? null : Integer.valueOf(text);
  }

  State state() throws IOException {
    if (result() != null) {
      return State.ENDED;
    }
    ProcessTable.Owner owner = owner();
    if (owner == null) {
      return State.UNCLAIMED;
    }
    if (ProcessTable.alive(owner)) {
      return State.RUNNING;
    }
    // It may have written its result and ended between the two looks.
    return result() != null ? State.ENDED : State.DEAD;
  }
}
