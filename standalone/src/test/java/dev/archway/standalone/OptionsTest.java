package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {
  @TempDir Path directory;

  @Test
  void argumentsOverrideLocalPropertiesWhichOverrideApplicationProperties() throws Exception {
    Path config = Files.createDirectories(directory.resolve("config"));
    Files.writeString(
        config.resolve("application.properties"), "one=application\ntwo=application\nthree=ä\n");
    Files.writeString(config.resolve("local.properties"), "one=local\ntwo=local\n");

    Options options = Options.read("--archway.home=" + directory, "--one=argument");

    assertThat(options.properties())
        .containsEntry("one", "argument")
        .containsEntry("two", "local")
        .containsEntry("three", "ä");
    assertThat(options.gatewayPort()).isEqualTo(7080);
    assertThat(options.gatewayAddress()).isEqualTo("127.0.0.1");
    assertThat(options.train()).isFalse();
  }

  @Test
  void makesAHomeThatOnlyItsOwnerCanRead() throws Exception {
    Options options = Options.read("--archway.home=" + directory.resolve("home"));

    for (Path path :
        new Path[] {options.home().directory(), options.home().secrets(), options.home().logs()}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThatThrownBy(() -> Options.read("up"))
        .hasMessageContaining("\"up\" (expected: --key=value");
    for (String port : new String[] {"many", "-1", "65536"}) {
      assertThatThrownBy(
              () -> Options.read("--archway.home=" + directory, "--archway.gateway.port=" + port))
          .hasMessageContaining("archway.gateway.port: \"%s\" (expected: 0 to 65535)", port);
    }
  }
}
