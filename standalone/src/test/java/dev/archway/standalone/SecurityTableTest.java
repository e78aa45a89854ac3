package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of attack classes in docs/security.md names tests that are there. */
class SecurityTableTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w+)`");

  @Test
  void everyRowNamesTestsThatExist() throws IOException {
    String document = Files.readString(ROOT.resolve("docs/security.md"));
    List<String> rows =
        document
            .substring(document.indexOf("| class | defence | tests |"))
            .lines()
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(10);
    List<String> missing = new ArrayList<>();
    for (String row : rows) {
      Matcher named = TEST.matcher(row);
      assertThat(TEST.matcher(row).find()).as(row).isTrue();
      while (named.find()) {
        if (!exists(named.group(1), named.group(2))) {
          missing.add(named.group());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean exists(String type, String method) throws IOException {
    Pattern declared = Pattern.compile("\\bvoid " + method + "\\(");
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path tests : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            List<Path> found = files.filter(file -> file.endsWith(type + ".java")).toList();
            for (Path file : found) {
              if (declared.matcher(Files.readString(file)).find()) {
                return true;
              }
            }
          }
        }
      }
    }
    return false;
  }
}
