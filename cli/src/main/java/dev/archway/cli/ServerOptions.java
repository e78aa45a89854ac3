package dev.archway.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the server is, and how it knows us. */
final class ServerOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      defaultValue = "${env:ARCHWAY_URL:-http://127.0.0.1:7080}",
      description = "The server (ARCHWAY_URL; default: http://127.0.0.1:7080).")
  private String url = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      defaultValue = "${env:ARCHWAY_TOKEN_FILE:-.archway/token}",
      description = "The file with the token (ARCHWAY_TOKEN_FILE; default: .archway/token).")
  private @Nullable Path tokenFile;

  /** Connects nothing yet. */
  Server server() {
    String token = "";
    if (tokenFile != null) {
      try {
        token = Files.readString(tokenFile).strip();
      } catch (IOException e) {
        throw new CommandException(
            ExitCode.NO_SERVER,
            "cannot read the token file %s: %s (expected: the file that the server names when it is ready); give it with --token-file or ARCHWAY_TOKEN_FILE"
                .formatted(tokenFile, reason(e)));
      }
    }
    try {
      URI root = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      if (!"http".equals(root.getScheme()) && !"https".equals(root.getScheme())) {
        throw new IllegalArgumentException("no http or https");
      }
      return new Server(root, token);
    } catch (IllegalArgumentException _) {
      throw new CommandException(
          ExitCode.REFUSED,
          "cannot use --url: \"%s\" (expected: such as http://127.0.0.1:7080)".formatted(url));
    }
  }

  static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException ? "no such file" : e.toString();
  }
}
