package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.archway.broker.DirectoryInUseException;
import dev.archway.broker.FreePorts;
import dev.archway.standalone.HostedService.Parts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class StandaloneTest {
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir Path directory;

  @BeforeAll
  static void leaveLoggingToLogback() {
    System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
  }

  @Test
  void runsServicesThatMeetOverTheBusAndKeepsTheirDataOverARestart() throws Exception {
    Home home;
    try (Standalone standalone = new Standalone(options(), SmallServices.ALL)) {
      String url = standalone.start();
      home = new Home(directory.toRealPath());
      assertThat(directory.resolve("url")).hasContent(url);
      assertThat(directory.resolve("standalone.pid"))
          .hasContent(Long.toString(ProcessHandle.current().pid()));
      assertThat(Files.readString(home.token()).strip()).hasSize(43);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.token())))
          .isEqualTo("rw-------");
      String[] urls = urls(url);
      post(urls[1] + "/send", "first");
      awaitRows(urls[0], "first");
    }
    assertThat(directory.resolve("url")).doesNotExist();
    assertThat(directory.resolve("standalone.pid")).doesNotExist();

    String token = Files.readString(home.token());
    try (Standalone standalone = new Standalone(options(), SmallServices.ALL)) {
      String[] urls = urls(standalone.start());
      post(urls[1] + "/send", "second");
      awaitRows(urls[0], "first", "second");
    }
    assertThat(Files.readString(home.token())).isEqualTo(token);
  }

  @Test
  void refusesASecondStartOnTheSameHomeAndLeavesTheFirstAlone() throws Exception {
    try (Standalone first = new Standalone(options(), SmallServices.ALL);
        Standalone second = new Standalone(options(), SmallServices.ALL)) {
      String[] urls = urls(first.start());

      assertThatThrownBy(second::start)
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining("cannot use " + directory.toRealPath())
          .hasMessageContaining("process " + ProcessHandle.current().pid());

      post(urls[1] + "/send", "still here");
      awaitRows(urls[0], "still here");
      assertThat(directory.resolve("url")).exists();
    }
  }

  @Test
  void saysWhichPortIsTakenAndHowToChooseAnother() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Options options =
          Options.read(
              "--archway.home=" + directory, "--archway.gateway.port=" + taken.getLocalPort());
      try (Standalone standalone = new Standalone(options, SmallServices.ALL)) {
        assertThatThrownBy(standalone::start)
            .isInstanceOf(StartException.class)
            .hasMessageContaining("127.0.0.1 port " + taken.getLocalPort())
            .hasMessageContaining("--archway.gateway.port=PORT");
      }
    }
  }

  @Test
  void takesOtherPortsWhenOneWasTakenMeanwhile() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Standalone standalone = new Standalone(options(), SmallServices.ALL)) {
      List<Integer> ports = new ArrayList<>(FreePorts.find(SmallServices.ALL.size()));
      ports.set(ports.size() - 1, taken.getLocalPort());
      String[] urls = urls(standalone.start(ports));
      post(urls[1] + "/send", "elsewhere");
      awaitRows(urls[0], "elsewhere");
    }
  }

  @Test
  void aServiceThatDoesNotStartEndsEverything() throws Exception {
    List<HostedService> services =
        Stream.concat(
                SmallServices.ALL.stream(),
                Stream.of(new HostedService("small-broken", SmallServices.Broken.class, Parts.BUS)))
            .toList();
    try (Standalone standalone = new Standalone(options(), services)) {
      assertThatThrownBy(standalone::start)
          .isInstanceOf(StartException.class)
          .hasMessageContaining("cannot start small-broken: cannot find the moon; see ")
          .hasMessageContaining("standalone.log");
    }
    assertThat(directory.resolve("standalone.pid")).doesNotExist();
    // The directory is free again: this would be refused otherwise.
    try (Standalone standalone = new Standalone(options(), SmallServices.ALL)) {
      assertThat(standalone.start()).startsWith("http://127.0.0.1:");
    }
  }

  private Options options() {
    return Options.read("--archway.home=" + directory, "--archway.gateway.port=0");
  }

  private String[] urls(String url) throws Exception {
    return JsonMapper.shared().readValue(get(url + "/urls"), String[].class);
  }

  private void awaitRows(String url, String... texts) {
    String json =
        Stream.of(texts)
            .map("{\"TEXT\":\"%s\"}"::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get(url + "/rows")).isEqualTo(json));
  }

  private String get(String url) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  private void post(String url, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(body))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("true");
  }
}
