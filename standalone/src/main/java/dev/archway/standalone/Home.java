package dev.archway.standalone;

import dev.archway.broker.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The directory that holds everything this installation keeps. Readable by its owner alone.
 *
 * @param directory absolute
 */
record Home(Path directory) {
  /** Makes it, and the directories a user puts files in, where they are missing. */
  static Home create(Path directory) {
    try {
      PrivateFiles.createDirectories(directory);
      Home home = new Home(directory.toRealPath());
      for (Path path :
          new Path[] {
            home.config(), home.connectors(), home.secrets(), home.logs(), home.databases()
          }) {
        PrivateFiles.createDirectories(path);
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use %s: %s (expected: a directory this user can write); choose another with --archway.home=DIR"
              .formatted(directory, e),
          e);
    }
  }

  Path config() {
    return directory.resolve("config");
  }

  Path connectors() {
    return config().resolve("connectors");
  }

  Path secrets() {
    return directory.resolve("secrets");
  }

  /** What the services log; the output of steps is in {@link #stepLogs()}. */
  Path logs() {
    return directory.resolve("logs");
  }

  Path stepLogs() {
    return directory.resolve("step-logs");
  }

  Path kafka() {
    return directory.resolve("kafka");
  }

  Path executor() {
    return directory.resolve("executor");
  }

  Path podman() {
    return directory.resolve("podman");
  }

  Path database(String service) {
    return databases().resolve(service);
  }

  /** Made here: two services that made it at once would get in each other's way. */
  private Path databases() {
    return directory.resolve("db");
  }

  Path token() {
    return directory.resolve("token");
  }

  /** The keys that stored secrets are encrypted with; see docs/security.md. */
  Path secretKeys() {
    return directory.resolve("secret-keys");
  }

  private Path pid() {
    return directory.resolve("standalone.pid");
  }

  private Path url() {
    return directory.resolve("url");
  }

  /** Writes which process runs here. */
  void tellPid() throws IOException {
    Files.deleteIfExists(url());
    replace(pid(), Long.toString(ProcessHandle.current().pid()));
  }

  /** Writes where the API is; called when everything is up. */
  void tellUrl(String url) throws IOException {
    replace(url(), url);
  }

  /** Removes what the two methods above wrote. */
  void tellEnd() throws IOException {
    Files.deleteIfExists(url());
    Files.deleteIfExists(pid());
  }

  private static void replace(Path file, String line) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(temporary, line + "\n");
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
