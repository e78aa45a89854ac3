package dev.archway.registry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.registry.store.ImageRecords;
import dev.archway.web.WebConfiguration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class ImageControllerTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ExecutionId EXECUTION = ExecutionId.of("e0000001");
  private static ConfigurableApplicationContext context;

  @BeforeAll
  static void start() {
    context =
        SpringApplication.run(
            ServedConfiguration.class,
            "--server.port=0",
            "--archway.service-token=inside",
            "--spring.datasource.url=jdbc:h2:mem:images;DB_CLOSE_DELAY=-1",
            "--spring.flyway.locations=classpath:db/registry");
    ImageRecords records = context.getBean(ImageRecords.class);
    for (int attempt = 1; attempt <= 3; attempt++) {
      records.add(
          ImageRecords.Origin.ofStep(new StageKey(EXECUTION, "build", attempt), "push"),
          List.of(image(attempt)));
    }
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  @Test
  void recordsAreListedAsTheContractSays() throws Exception {
    HttpResponse<String> response = get("/api/v1/images?execution=e0000001");
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(images(response)).containsExactly(image(3), image(2), image(1));
    assertThat(response.headers().firstValue("Link")).isEmpty();
    assertThat(get("/api/v1/images?tag=2.0").body()).isEqualTo("[]");
  }

  @Test
  void pagesFollowTheirLinks() throws Exception {
    HttpResponse<String> first =
        get("/api/v1/images?repository=localhost:5000/my-repo/ci-demo&limit=2");
    assertThat(images(first)).containsExactly(image(3), image(2));
    String link = first.headers().firstValue("Link").orElseThrow();
    HttpResponse<String> second = get(link.substring(1, link.indexOf('>')));
    assertThat(images(second)).containsExactly(image(1));
  }

  @Test
  void theHistoryOfATagNamesARepositoryWithSlashes() throws Exception {
    assertThat(images(get("/api/v1/images/localhost:5000/my-repo/ci-demo/tags/1.0/history")))
        .containsExactly(image(3), image(2), image(1));
    assertThat(images(get("/api/v1/images/my-repo/ci-demo/tags/1.0/history?limit=1")))
        .containsExactly(image(3));
    assertThat(get("/api/v1/images/my-repo/ci-demo/tags/9/history").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/images/my-repo/ci-demo").statusCode()).isEqualTo(404);
  }

  @Test
  void badValuesAreProblems() throws Exception {
    for (String query : List.of("execution=NO", "limit=0", "limit=501", "before=x")) {
      HttpResponse<String> response = get("/api/v1/images?" + query);
      assertThat(response.statusCode()).as(query).isEqualTo(400);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
    }
  }

  private static List<ImageRecord> images(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    return List.of(ContractMapper.json().readValue(response.body(), ImageRecord[].class));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .header("Authorization", "Bearer inside")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static ImageRecord image(int salt) {
    return new ImageRecord(
        new Repository("localhost:5000", "my-repo/ci-demo"),
        "1.0",
        Digest.of("sha256:" + Integer.toString(salt).repeat(64)),
        "application/vnd.oci.image.manifest.v1+json",
        salt,
        Platform.LINUX_ARM64,
        List.of(),
        List.of(),
        EXECUTION,
        "build",
        "push",
        null,
        true,
        null,
        Instant.parse("2026-01-02T03:04:05Z"));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(WebConfiguration.class)
  static class ServedConfiguration {
    @Bean
    ImageRecords imageRecords(JdbcClient jdbc, PlatformTransactionManager transactions) {
      return new ImageRecords(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    ImageController imageController(ImageRecords records) {
      return new ImageController(records);
    }
  }
}
