package dev.archway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.api.Submission;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** A small service with a real server, as the others use this module. */
class WebTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static ConfigurableApplicationContext context;

  @BeforeAll
  static void start() {
    context =
        SpringApplication.run(
            SampleConfiguration.class, "--server.port=0", "--archway.service-token=inside");
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  @Test
  void aBodyFollowsTheContract() throws Exception {
    HttpResponse<String> response = send(authorized("/things/abcdefgh"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .isEqualTo("{\"id\":\"abcdefgh\",\"status\":\"Queued\",\"warnings\":[],\"links\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer wrong", "Bearer ", "Basic inside", "inside", "Bearer inside2"})
  void anotherTokenIsRefused(String authorization) throws Exception {
    HttpRequest.Builder request = request("/things/abcdefgh");
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> response = send(request);
    assertThat(problem(response).status()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
  }

  @Test
  void onlyHealthItselfIsOpen() throws Exception {
    assertThat(send(request("/actuator/health")).statusCode()).isEqualTo(404);
    assertThat(send(request("/actuator/health/../../things/abcdefgh")).statusCode()).isEqualTo(401);
    assertThat(send(request("/actuator/health;/things/abcdefgh")).statusCode()).isEqualTo(401);
  }

  @Test
  void aProblemKeepsItsFindings() throws Exception {
    ProblemDocument document = problem(send(authorized("/problem")));
    assertThat(document.status()).isEqualTo(422);
    assertThat(document.problems()).extracting(Problem::code).containsExactly("unknown-step");
  }

  @Test
  void frameworkErrorsAreProblemsToo() throws Exception {
    assertThat(problem(send(authorized("/nowhere"))).status()).isEqualTo(404);
    assertThat(problem(send(authorized("/things"))).status()).isEqualTo(405);
    assertThat(problem(send(authorized("/things/NO"))).detail())
        .isEqualTo(
            "execution id: \"NO\" (expected: 8 to 40 of a-z and 0-9, starting with a letter)");
    assertThat(
            problem(
                    send(
                        authorized("/things")
                            .header("Content-Type", "text/csv")
                            .POST(HttpRequest.BodyPublishers.ofString("a,b"))))
                .status())
        .isEqualTo(415);
    ProblemDocument unreadable =
        problem(
            send(
                authorized("/things")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{"))));
    assertThat(unreadable.status()).isEqualTo(400);
    assertThat(unreadable.detail()).startsWith("cannot read the body as JSON");
  }

  @Test
  void aProblemIsToldWhateverTheCallerAccepts() throws Exception {
    assertThat(problem(send(authorized("/problem").header("Accept", "text/event-stream"))).status())
        .isEqualTo(422);
  }

  @Test
  void aDefectTellsAnIdAndNoDetail() throws Exception {
    ProblemDocument document = problem(send(authorized("/defect")));
    assertThat(document.status()).isEqualTo(500);
    assertThat(document.detail()).contains("error id").doesNotContain("hush");
  }

  private static ProblemDocument problem(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue(ProblemBodies.MEDIA_TYPE);
    ProblemDocument document =
        ContractMapper.json().readValue(response.body(), ProblemDocument.class);
    assertThat(document.status()).isEqualTo(response.statusCode());
    return document;
  }

  private static HttpRequest.Builder request(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  private static HttpRequest.Builder authorized(String path) {
    return request(path).header("Authorization", "Bearer inside");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(WebConfiguration.class)
  static class SampleConfiguration {
    @Bean
    SampleController sampleController() {
      return new SampleController();
    }
  }

  @RestController
  static class SampleController {
    @GetMapping("/things/{id}")
    Accepted thing(@PathVariable ExecutionId id) {
      return new Accepted(id, Status.QUEUED, List.of(), Map.of());
    }

    @PostMapping("/things")
    void submit(@RequestBody Submission submission) {}

    @GetMapping("/problem")
    void problem() {
      throw new ProblemException(
          422,
          "Invalid pipeline",
          "1 finding",
          List.of(
              new Problem(Problem.Severity.ERROR, "pipeline", 1, 1, "unknown-step", "unknown")));
    }

    @GetMapping("/defect")
    void defect() {
      throw new IllegalStateException("hush");
    }
  }
}
