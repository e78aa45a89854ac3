package dev.archway.standalone;

import static org.awaitility.Awaitility.await;

import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A real Chromium, told what to do in the WebDriver protocol (W3C) by way of chromedriver. */
final class Browser implements AutoCloseable {
  static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final String session;

  Browser(Path directory) throws IOException {
    int port = LocalEnvironment.freePort();
    ProcessBuilder command =
        new ProcessBuilder(DRIVER.toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("chromedriver.out").toFile());
    command.environment().put("HOME", directory.toString());
    driver = command.start();
    String base = "http://127.0.0.1:" + port;
    await("chromedriver")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> {
          HttpRequest status = HttpRequest.newBuilder(URI.create(base + "/status")).build();
          return http.send(status, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        });
    Map<String, Object> options =
        Map.of(
            "binary",
            CHROMIUM.toString(),
            "args",
            List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--window-size=1280,900",
                "--user-data-dir=" + Files.createDirectories(directory.resolve("profile"))));
    JsonNode made =
        call(
            "POST",
            base + "/session",
            Map.of(
                "capabilities",
                Map.of(
                    "alwaysMatch",
                    Map.of(
                        "goog:chromeOptions",
                        options,
                        "goog:loggingPrefs",
                        Map.of("browser", "ALL")))));
    session = base + "/session/" + made.path("sessionId").asString();
  }

  void open(String url) {
    call("POST", session + "/url", Map.of("url", url));
  }

  /** What a script of one expression says. */
  JsonNode tell(String expression) {
    return call(
        "POST",
        session + "/execute/sync",
        Map.of("script", "return " + expression, "args", List.of()));
  }

  /** Waits until the page's text has this. */
  void awaitText(String text) {
    await("\"" + text + "\" on the page")
        .atMost(PATIENCE)
        .until(() -> tell("document.body.innerText").asString().contains(text));
  }

  /** Waits for the element and types into it. */
  void type(String selector, String text) {
    call("POST", "%s/element/%s/value".formatted(session, element(selector)), Map.of("text", text));
  }

  /**
   * Waits for the element and clicks it; one that was drawn anew in between is looked for again.
   */
  void click(String selector) {
    await("a click on " + selector)
        .atMost(PATIENCE)
        .ignoreException(IllegalStateException.class)
        .until(() -> {
          call("POST", "%s/element/%s/click".formatted(session, element(selector)), Map.of());
          return true;
        });
  }

  /** Warnings and errors that the console has been told of since this was asked last. */
  List<String> console() {
    JsonNode entries = call("POST", session + "/se/log", Map.of("type", "browser"));
    return entries
        .valueStream()
        .filter(entry -> List.of("WARNING", "SEVERE").contains(entry.path("level").asString()))
        .map(entry -> entry.path("message").asString())
        .toList();
  }

  private String element(String selector) {
    await(selector)
        .atMost(PATIENCE)
        .until(() ->
            tell("document.querySelector("
                    + ContractMapper.json().writeValueAsString(selector)
                    + ") !== null")
                .asBoolean());
    return call("POST", session + "/element", Map.of("using", "css selector", "value", selector))
        .path(ELEMENT)
        .asString();
  }

  private JsonNode call(String method, String url, Object body) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(url))
                  .method(
                      method,
                      HttpRequest.BodyPublishers.ofString(
                          ContractMapper.json().writeValueAsString(body)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      JsonNode value = ContractMapper.json().readTree(response.body()).path("value");
      if (response.statusCode() != 200) {
        throw new IllegalStateException("%s: %s".formatted(url, value));
      }
      return value;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      call("DELETE", session, Map.of());
    } finally {
      driver.destroy();
      driver.onExit().join();
    }
  }
}
