package dev.archway.registry.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IndexAssemblerTest {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  @Test
  void theBytesAreThoseBuildahWrites() {
    AssembledIndex index =
        IndexAssembler.assemble(
            List.of(
                part("1.0-amd64", Platform.LINUX_AMD64, image('a', "amd64", null)),
                part("1.0-arm64", Platform.LINUX_ARM64, image('b', "arm64", null))));
    String expected =
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
        {"mediaType":"%s","digest":"%s","size":401,"platform":{"architecture":"amd64","os":"linux"}},\
        {"mediaType":"%s","digest":"%s","size":401,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}}]}\
        """
            .formatted(MANIFEST, digest('a'), MANIFEST, digest('b'));
    assertThat(new String(index.bytes(), StandardCharsets.UTF_8)).isEqualTo(expected);
    assertThat(index.digest()).isEqualTo(Digest.sha256(index.bytes()));
    assertThat(index.parts())
        .containsExactly(
            new ImageRecord.Part(Platform.LINUX_AMD64, digest('a')),
            new ImageRecord.Part(Platform.LINUX_ARM64, digest('b')));
  }

  @Test
  void aPartOfAnotherPlatformIsRefused() {
    assertThatThrownBy(() ->
            IndexAssembler.assemble(
                List.of(part("1.0", Platform.LINUX_ARM64, image('a', "amd64", null)))))
        .isInstanceOf(IndexRefusedException.class)
        .hasMessage(
            "cannot join 1.0 in an index: it is of platform [linux/amd64] (expected: linux/arm64); check the base image of its build");
  }

  @Test
  void twoPartsOfOnePlatformAreRefused() {
    assertThatThrownBy(() ->
            IndexAssembler.assemble(
                List.of(
                    part("x", Platform.LINUX_ARM64, image('a', "arm64", "v8")),
                    part("y", Platform.LINUX_ARM64, image('b', "arm64", null)))))
        .isInstanceOf(IndexRefusedException.class)
        .hasMessageContaining("cannot join x and y in one index: both are of platform linux/arm64");
  }

  @Test
  void variantsOfOneArchitectureAreDifferentPlatforms() {
    AssembledIndex index =
        IndexAssembler.assemble(
            List.of(
                part("v6", Platform.parse("linux/arm/v6"), image('a', "arm", "v6")),
                part("v7", Platform.parse("linux/arm"), image('b', "arm", "v7"))));
    assertThat(index.parts())
        .extracting(p -> p.platform().toString())
        .containsExactly("linux/arm/v6", "linux/arm/v7");
    assertThatThrownBy(() ->
            IndexAssembler.assemble(
                List.of(part("v6", Platform.parse("linux/arm/v6"), image('b', "arm", "v7")))))
        .isInstanceOf(IndexRefusedException.class);
  }

  @Test
  void attestationsStayBesideTheirSubject() {
    IndexEntry attestation =
        new IndexEntry(
            MANIFEST,
            digest('c'),
            77,
            "unknown",
            "unknown",
            null,
            Map.of("vnd.docker.reference.digest", digest('a').value()));
    AssembledIndex index =
        IndexAssembler.assemble(
            List.of(
                part("amd", Platform.LINUX_AMD64, image('a', "amd64", null), attestation),
                part("arm", Platform.LINUX_ARM64, image('b', "arm64", null))));
    assertThat(index.parts()).hasSize(2);
    assertThat(new String(index.bytes(), StandardCharsets.UTF_8))
        .containsSubsequence(
            digest('a').value(),
            digest('c').value(),
            "\"annotations\":{\"vnd.docker.reference.digest\":\"" + digest('a') + "\"}",
            "\"architecture\":\"unknown\"",
            digest('b').value());
  }

  @Test
  void anIndexOfNothingIsRefused() {
    assertThatThrownBy(() -> IndexAssembler.assemble(List.of()))
        .isInstanceOf(IndexRefusedException.class);
  }

  private static IndexAssembler.Part part(String tag, Platform expected, IndexEntry... entries) {
    return new IndexAssembler.Part(tag, expected, List.of(entries));
  }

  private static IndexEntry image(char salt, String architecture, @Nullable String variant) {
    return new IndexEntry(MANIFEST, digest(salt), 401, architecture, "linux", variant, Map.of());
  }

  private static Digest digest(char salt) {
    return Digest.of("sha256:" + String.valueOf(salt).repeat(64));
  }
}
