package dev.archway.contract.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageValuesTest {
  @Test
  void aDigestIsComputedFromExactlyTheBytes() {
    assertThat(Digest.sha256("abc".getBytes(StandardCharsets.UTF_8)).value())
        .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:", "sha256:ABC", "md5:d41d8cd98f00b204e9800998ecf8427e"})
  void aMalformedDigestCannotBeMade(String text) {
    assertThatThrownBy(() -> Digest.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void armV8SaysNothingMoreThanArm64() {
    assertThat(Platform.parse("linux/arm64/v8")).isEqualTo(Platform.LINUX_ARM64);
    assertThat(Platform.parse("linux/arm/v7").dashed()).isEqualTo("linux-arm-v7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux", "linux/", "Linux/Amd64", "linux/arm/v7/x", "../etc/passwd"})
  void aMalformedPlatformCannotBeMade(String text) {
    assertThatThrownBy(() -> Platform.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("linux/arm64");
  }

  @Test
  void aRepositoryWithoutAHostIsAtTheConnectorsRegistry() {
    assertThat(Repository.resolve("my-repo/ci-demo", "localhost:5000").toString())
        .isEqualTo("localhost:5000/my-repo/ci-demo");
    assertThat(Repository.resolve("ghcr.io/acme/app", "docker.io").host()).isEqualTo("ghcr.io");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Acme/App", "a//b", "a/../b", "-a", ""})
  void aMalformedRepositoryCannotBeMade(String path) {
    assertThatThrownBy(() -> new Repository("docker.io", path))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
