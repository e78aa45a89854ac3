package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md lists every setting of every service's settings records. After a change of
 * those, {@code mvn test -pl standalone -Dtest=ConfigurationReferenceTest
 * -Dconfiguration.rewrite=true} writes it anew.
 */
class ConfigurationReferenceTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve("docs/configuration.md");

  @Test
  void theReferenceHoldsEverySettingOfEveryService() throws Exception {
    String written = Files.readString(DOCUMENT);
    String expected =
        written.substring(0, written.indexOf("\n## ")) + new ConfigurationReference(ROOT).text();
    if (Boolean.getBoolean("configuration.rewrite")) {
      Files.writeString(DOCUMENT, expected);
      return;
    }
    assertThat(written)
        .as("docs/configuration.md; -Dconfiguration.rewrite=true writes it anew")
        .isEqualTo(expected);
  }

  @Test
  void everyRowSaysSomething() throws IOException {
    assertThat(Files.readString(DOCUMENT).lines().filter(line -> line.startsWith("| `")))
        .hasSizeGreaterThan(50)
        .allSatisfy(line -> assertThat(line).doesNotEndWith("|  |"));
  }
}
