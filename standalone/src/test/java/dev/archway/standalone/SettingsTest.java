package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.standalone.HostedService.Parts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path directory;

  @Test
  void theUserMayMoveDirectoriesButNotTheInnerNetwork() {
    Map<String, String> p =
        settings(
                "--archway.log.directory=/elsewhere",
                "--server.port=1",
                "--archway.service-token=guess",
                "--spring.cloud.stream.kafka.binder.brokers=other:9092")
            .of(new HostedService("log-service", Object.class, Parts.BUS));

    assertThat(p)
        .containsEntry("archway.log.directory", "/elsewhere")
        .containsEntry("server.port", "4002")
        .containsEntry("server.address", "127.0.0.1")
        .containsEntry("archway.service-token", "token")
        .containsEntry("spring.cloud.stream.kafka.binder.brokers", "127.0.0.1:9")
        .containsEntry("spring.cloud.stream.kafka.binder.configuration.sasl.mechanism", "PLAIN")
        .containsEntry("archway.gateway.log-url", "http://127.0.0.1:4002")
        .doesNotContainKey("archway.gateway.api-gateway-url");
  }

  @Test
  void theGatewayAloneMayBeReachedFromOutside() {
    Settings settings = settings("--archway.gateway.address=0.0.0.0");

    assertThat(settings.of(new HostedService("api-gateway", Object.class, Parts.EVERYTHING)))
        .containsEntry("server.address", "0.0.0.0")
        .containsEntry("server.port", "4001");
    assertThat(settings.of(new HostedService("log-service", Object.class, Parts.BUS)))
        .containsEntry("server.address", "127.0.0.1");
    assertThat(settings.url()).isEqualTo("http://127.0.0.1:4001");
  }

  @Test
  void listsThatTheUserGivesReplaceTheDefault() {
    assertThat(
            settings("--archway.executor.platforms[0]=linux/arm64")
                .of(new HostedService("executor-service", Object.class, Parts.BUS)))
        .containsEntry("archway.executor.platforms[0]", "linux/arm64")
        .doesNotContainKey("archway.executor.platforms");
  }

  @Test
  void findsWhatTheKernelEmulates() throws Exception {
    assertThat(HostPlatforms.find("amd64", directory)).containsExactly("linux/amd64");
    Files.createFile(directory.resolve("qemu-aarch64"));
    assertThat(HostPlatforms.find("amd64", directory))
        .containsExactly("linux/amd64", "linux/arm64");
    assertThat(HostPlatforms.find("aarch64", directory)).containsExactly("linux/arm64");
  }

  private Settings settings(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "--archway.home=" + directory.resolve("home");
    System.arraycopy(args, 0, all, 1, args.length);
    return new Settings(
        Options.read(all),
        "127.0.0.1:9",
        Map.of("sasl.mechanism", "PLAIN"),
        "token",
        Map.of("api-gateway", 4001, "log-service", 4002, "executor-service", 4003));
  }
}
