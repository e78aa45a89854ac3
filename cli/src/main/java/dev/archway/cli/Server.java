package dev.archway.cli;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The server's HTTP API. Thread-safe. */
final class Server {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private final URI root;
  private final String token;

  Server(URI root, String token) {
    this.root = root;
    this.token = token;
  }

  URI root() {
    return root;
  }

  /** {@code ?key=value…} of the values that are not null. */
  static String query(Map<String, @Nullable String> parameters) {
    return new TreeMap<>(parameters)
        .entrySet().stream()
            .filter(entry -> entry.getValue() != null)
            .map(entry ->
                entry.getKey()
                    + "="
                    + URLEncoder.encode(String.valueOf(entry.getValue()), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
  }

  /**
   * Reads a document.
   *
   * @throws CommandException when the server is not there or refuses
   */
  <T> T get(String path, Class<T> type) {
    return read(send(request(path, "application/json").GET()), type);
  }

  /** The same, as it came. */
  String text(String path) {
    return send(request(path, "application/json").GET());
  }

  /**
   * Sends a document and reads the answer.
   *
   * @throws CommandException when the server is not there
   * @throws RefusedException when it finds fault with the document
   */
  <T> T post(String path, Object body, Class<T> type) {
    return read(post(path, body), type);
  }

  /** The same, for an answer that is not read. */
  String post(String path, Object body) {
    return send(
        request(path, "application/json")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(ContractMapper.json().writeValueAsString(body))));
  }

  /**
   * Stores a YAML document and reads the answer.
   *
   * @throws CommandException when the server is not there
   * @throws RefusedException when it finds fault with the document
   */
  <T> T put(String path, String yaml, Class<T> type) {
    return read(
        send(
            request(path, "application/json")
                .header("Content-Type", "application/yaml")
                .PUT(BodyPublishers.ofString(yaml))),
        type);
  }

  /**
   * Removes something.
   *
   * @throws CommandException when the server is not there or refuses
   */
  void delete(String path) {
    send(request(path, "application/json").DELETE());
  }

  /** A value as one segment of a path. */
  static String segment(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The server answered, and found fault with what was sent. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ProblemDocument document;

    RefusedException(ProblemDocument document) {
      super(document.title());
      this.document = document;
    }

    ProblemDocument document() {
      return document;
    }
  }

  /**
   * Opens a stream of events. The caller closes the body.
   *
   * @param lastEventId the last event that was read; null for the first time
   * @throws IOException when the server is not there, or is there without all its parts
   * @throws CommandException when it refuses
   */
  InputStream events(String path, @Nullable String lastEventId)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path))
            .header("Accept", "text/event-stream")
            .header("Authorization", "Bearer " + token);
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
    if (response.statusCode() == 200) {
      return response.body();
    }
    String body;
    try (InputStream stream = response.body()) {
      body = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    // A server that has just come back may not know the execution's log for a moment.
    if (response.statusCode() >= 500 || response.statusCode() == 404) {
      throw new IOException("the server answered " + response.statusCode());
    }
    throw refusal(path, response.statusCode(), body);
  }

  /** The lines that are there now. */
  List<LogEntry> logs(String path) {
    return send(request(path, "application/x-ndjson").GET())
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> read(line, LogEntry.class))
        .toList();
  }

  private HttpRequest.Builder request(String path, String accept) {
    return HttpRequest.newBuilder(URI.create(root + path))
        .timeout(ANSWER)
        .header("Accept", accept)
        .header("Authorization", "Bearer " + token);
  }

  private String send(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() / 100 == 2) {
        return response.body();
      }
      throw refusal(request.uri().getPath(), response.statusCode(), response.body());
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(new IOException("interrupted", e));
    }
  }

  /** The same failure for every call that finds no server. */
  CommandException unreachable(IOException e) {
    String found = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new CommandException(
        ExitCode.NO_SERVER,
        "cannot reach %s: %s (expected: a running server); start one with ./archway up, or name another with --url"
            .formatted(root, found));
  }

  private RuntimeException refusal(String path, int status, String body) {
    ProblemDocument document = document(body);
    if (status == 401) {
      return new CommandException(
          ExitCode.NO_SERVER,
          "cannot log in at %s: status %d%s (expected: a token the server knows); give the right file with --token-file"
              .formatted(
                  root,
                  status,
                  document == null || document.detail() == null ? "" : ": " + document.detail()));
    }
    if (document != null && document.problems() != null && !document.problems().isEmpty()) {
      return new RefusedException(document);
    }
    String found =
        document == null
            ? body.isBlank() ? "no reason given" : body.strip()
            : document.detail() == null ? document.title() : document.detail();
    int code = status >= 500 ? ExitCode.NO_SERVER : ExitCode.REFUSED;
    return new CommandException(code, "%s: %s (status %d)".formatted(path, found, status));
  }

  private static @Nullable ProblemDocument document(String body) {
    try {
      ProblemDocument document = ContractMapper.json().readValue(body, ProblemDocument.class);
      return document.title() == null && document.detail() == null ? null : document;
    } catch (JacksonException _) {
      return null;
    }
  }

  private <T> T read(String body, Class<T> type) {
    try {
      return ContractMapper.json().readValue(body, type);
    } catch (JacksonException e) {
      throw new CommandException(
          ExitCode.NO_SERVER,
          List.of(
              "cannot read the answer of %s: %s (expected: an Archway server of this version)"
                  .formatted(root, e.getOriginalMessage())));
    }
  }

  /** Reads a file the user named. */
  static String file(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.REFUSED,
          "cannot read %s: %s (expected: a text file in UTF-8)"
              .formatted(file, ServerOptions.reason(e)));
    }
  }
}
