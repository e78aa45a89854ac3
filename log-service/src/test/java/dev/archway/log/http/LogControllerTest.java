package dev.archway.log.http;

import static dev.archway.log.Logs.EXECUTION;
import static dev.archway.log.Logs.chunk;
import static dev.archway.log.Logs.finished;
import static dev.archway.log.Logs.length;
import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.Envelope;
import dev.archway.log.Logs;
import dev.archway.log.ingest.LogIngest;
import dev.archway.log.store.FileLogStore;
import dev.archway.log.store.LogStore;
import dev.archway.web.WebConfiguration;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The controller behind a real server, fed through the same handlers as the bus feeds it. */
class LogControllerTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path root;
  private ConfigurableApplicationContext context;
  private LogStore store;
  private LogIngest ingest;

  @BeforeEach
  void start() {
    context =
        SpringApplication.run(
            ServedConfiguration.class,
            "--server.port=0",
            "--archway.service-token=inside",
            "--spring.threads.virtual.enabled=true",
            "--test.directory=" + root);
    store = context.getBean(LogStore.class);
    ingest = new LogIngest(store);
  }

  @AfterEach
  void stop() {
    store.stopWaiting();
    context.close();
  }

  @Test
  void textHasStageAndStepUnlessOneStepIsChosen() throws Exception {
    append("a", 0, 2);
    append("b", 0, 1);
    HttpResponse<String> all = get("", "text/plain");
    assertThat(all.headers().firstValue("Content-Type")).hasValue("text/plain;charset=UTF-8");
    assertThat(all.body())
        .isEqualTo(
            "[build/a] a says \"0\" ü\n[build/a] a says \"1\" ü\n[build/b] b says \"0\" ü\n");
    assertThat(get("?stage=build&step=b", "*/*").body()).isEqualTo("b says \"0\" ü\n");
    assertThat(get("?stage=other", "text/plain").body()).isEmpty();
  }

  @Test
  void ndjsonIsLogEntries() throws Exception {
    append("a", 0, 2);
    HttpResponse<String> response = get("", "application/x-ndjson");
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
    assertThat(response.body().lines())
        .map(line -> ContractMapper.json().readValue(line, LogEntry.class))
        .extracting(LogEntry::line)
        .containsExactly(0L, 1L);
  }

  @Test
  void aFilteredStreamResumesByThePlaceAmongAllLines() throws Exception {
    append("a", 0, 2);
    append("b", 0, 2);
    tell(finished(length("a", 2), length("b", 2)));
    String all = get("?step=b", "text/event-stream").body();
    assertThat(all.lines().filter(line -> line.startsWith("id:"))).containsExactly("id:2", "id:3");
    assertThat(all).endsWith("event:end\ndata:{}\n\n");
    HttpResponse<String> rest =
        CLIENT.send(
            request("?step=b", "text/event-stream").header("Last-Event-ID", "2").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(rest.body().lines().filter(line -> line.startsWith("id:"))).containsExactly("id:3");
  }

  @Test
  void aFollowerGetsLinesAsTheyComeAndTheEnd() throws Exception {
    tell(new ExecutionEvent.ExecutionQueued(EXECUTION, Logs.TIME, "o", "p", "q"));
    try (BufferedReader lines = follow("text/event-stream")) {
      append("a", 0, 1);
      assertThat(nextOf(lines, "id:")).isEqualTo("id:0");
      append("a", 1, 2);
      assertThat(nextOf(lines, "id:")).isEqualTo("id:1");
      tell(finished(length("a", 3)));
      append("a", 1, 3);
      assertThat(nextOf(lines, "id:")).isEqualTo("id:2");
      assertThat(nextOf(lines, "event:")).isEqualTo("event:end");
    }
  }

  @Test
  void aFollowerMayComeBeforeTheExecutionIsKnown() throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(
            request("?follow=true", "text/plain").build(), HttpResponse.BodyHandlers.ofString());
    append("a", 0, 1);
    tell(finished(length("a", 1)));
    assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("[build/a] a says \"0\" ü\n");
  }

  @Test
  void announcedLinesThatNeverComeEndTheStreamAsIncomplete() throws Exception {
    append("a", 0, 1);
    tell(finished(length("a", 2)));
    assertThat(get("?follow=true", "text/event-stream").body())
        .contains("id:0\n")
        .endsWith("event:end\ndata:{\"complete\":false}\n\n");
  }

  @Test
  void aQuietStreamShowsSignsOfLife() throws Exception {
    tell(new ExecutionEvent.ExecutionQueued(EXECUTION, Logs.TIME, "o", "p", "q"));
    try (BufferedReader lines = follow("text/event-stream")) {
      assertThat(nextOf(lines, ":")).isEqualTo(":");
      append("a", 0, 1);
      assertThat(nextOf(lines, "id:")).isEqualTo("id:0");
    }
  }

  @Test
  void stoppingTheServiceEndsOpenStreams() throws Exception {
    tell(new ExecutionEvent.ExecutionQueued(EXECUTION, Logs.TIME, "o", "p", "q"));
    try (BufferedReader lines = follow("application/x-ndjson")) {
      store.stopWaiting();
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void badRequestsAreProblems() throws Exception {
    assertThat(get("", "text/plain").statusCode()).isEqualTo(404);
    assertThat(get("?follow=true", "text/event-stream").statusCode()).isEqualTo(404);
    append("a", 0, 1);
    assertThat(get("", "image/png").statusCode()).isEqualTo(406);
    HttpResponse<String> response =
        CLIENT.send(
            request("", "text/event-stream").header("Last-Event-ID", "x").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
  }

  private void append(String step, int first, int last) {
    ingest.onLogChunk(new Envelope("id", "executor", "key", Logs.TIME, chunk(step, first, last)));
  }

  private void tell(ExecutionEvent event) {
    ingest.onExecutionEvent(new Envelope("id", "planner", "key", Logs.TIME, event));
  }

  private HttpRequest.Builder request(String query, String accept) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(
            URI.create(
                "http://localhost:%s/api/v1/executions/%s/logs%s"
                    .formatted(port, EXECUTION, query)))
        .header("Authorization", "Bearer inside")
        .header("Accept", accept);
  }

  private HttpResponse<String> get(String query, String accept) throws Exception {
    return CLIENT.send(request(query, accept).build(), HttpResponse.BodyHandlers.ofString());
  }

  private BufferedReader follow(String accept) throws Exception {
    HttpResponse<InputStream> response =
        CLIENT.send(
            request("?follow=true", accept).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static String nextOf(BufferedReader lines, String start) throws Exception {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
    }
    throw new AssertionError("the stream ended before a line that starts with " + start);
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
  @Import(WebConfiguration.class)
  static class ServedConfiguration {
    @Bean
    LogStore logStore(org.springframework.core.env.Environment environment) {
      return new FileLogStore(Path.of(environment.getRequiredProperty("test.directory")));
    }

    @Bean
    LogController logController(LogStore store) {
      return new LogController(
          store,
          new LogController.Waits(
              Duration.ofMillis(1500), Duration.ofMillis(200), Duration.ofMillis(1000)));
    }
  }
}
