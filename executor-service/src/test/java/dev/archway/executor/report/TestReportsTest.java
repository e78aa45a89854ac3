package dev.archway.executor.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.report.TestReport;
import dev.archway.contract.report.TestReport.FailedCase;
import dev.archway.executor.runtime.WorkspaceFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What reports of all kinds, friendly and not, come to. */
class TestReportsTest {
  private static TestReport read(String document) throws InterruptedException {
    return read(Map.of("report.xml", document), "*.xml");
  }

  private static TestReport read(Map<String, String> documents, String... patterns)
      throws InterruptedException {
    return TestReports.read(
        List.of(patterns), new Given(documents), text -> text.replace("secret", "***"));
  }

  /** A workspace of these files. */
  private record Given(Map<String, String> documents) implements WorkspaceFiles {
    @Override
    public Listing list(String folder, String suffix) {
      return new Listing(
          documents.keySet().stream()
              .filter(path -> path.startsWith(folder) && path.endsWith(suffix))
              .toList(),
          documents.size() < MOST_FILES);
    }

    @Override
    public byte[] read(String path, int most) throws IOException {
      byte[] bytes = Objects.requireNonNull(documents.get(path)).getBytes(StandardCharsets.UTF_8);
      if (bytes.length > most) {
        throw new IOException("it is longer than it may be");
      }
      return bytes;
    }
  }

  @Test
  void casesOfNestedSuitesAreCountedOnce() throws InterruptedException {
    TestReport report =
        read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites tests="99" failures="99">
              <testsuite name="a" tests="3"><properties><property name="x" value="y"/></properties>
                <testcase name="one" classname="A" time="0.25"/>
                <testsuite name="b"><testcase name="two" classname="B" time="1,000.5"><skipped/></testcase>
                  <testcase name="three" time="soon"><error message="" type="E">  it broke
            off </error><system-out><failure/></system-out></testcase></testsuite>
                <testcase name="four" classname="A" time="1e-3"><failure message="expected &lt;1&gt;">long
                  story</failure><failure message="again"/></testcase>
                <testcase name="five"><flakyFailure message="once"/></testcase>
              </testsuite>
            </testsuites>
            """);
    assertThat(report.tests()).isEqualTo(5);
    assertThat(report.skipped()).isEqualTo(1);
    assertThat(report.errors()).isEqualTo(1);
    assertThat(report.failures()).isEqualTo(1);
    assertThat(report.duration()).isEqualTo(Duration.ofMillis(1_000_751));
    assertThat(report.failed())
        .containsExactly(
            new FailedCase("three", null, "it broke\noff"),
            new FailedCase("four", "A", "expected <1>"));
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void nothingThatADocumentRefersToIsRead(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path mine = Files.writeString(folder.resolve("mine"), "nobody shall see this");
    TestReport report =
        read(
            """
            <!DOCTYPE testsuite [<!ENTITY mine SYSTEM "%1$s"><!ENTITY %% more SYSTEM "%1$s"> %%more;]>
            <testsuite><testcase name="a"><failure>&mine;</failure></testcase></testsuite>
            """
                .formatted(mine.toUri()));
    assertThat(report.tests()).isZero();
    assertThat(report.warnings())
        .singleElement()
        .asString()
        .contains("report.xml is not counted", "document type")
        .doesNotContain("nobody");
  }

  @Test
  void entitiesThatGrowAreNotExpanded() throws InterruptedException {
    StringBuilder entities = new StringBuilder("<!ENTITY e0 \"ha\">");
    for (int i = 1; i < 60; i++) {
      entities.append("<!ENTITY e%d \"&e%d;&e%d;\">".formatted(i, i - 1, i - 1));
    }
    TestReport report =
        read(
            "<!DOCTYPE testsuite [%s]><testsuite><testcase name=\"&e59;\"/></testsuite>"
                .formatted(entities));
    assertThat(report.tests()).isZero();
    assertThat(report.warnings()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<testsuite><testcase name='a'/>",
        "<testsuite><testcase name='a'></testsuite>",
        "<testsuite>&undeclared;</testsuite>",
        "not XML",
        "''"
      })
  void aMalformedReportIsAWarningAndNothingOfItIsCounted(String document)
      throws InterruptedException {
    TestReport report = read(document);
    assertThat(report.tests()).isZero();
    assertThat(report.warnings())
        .singleElement()
        .asString()
        .startsWith("report.xml is not counted");
  }

  @Test
  void aDocumentOfAnotherKindIsPassedOver() throws InterruptedException {
    TestReport report =
        read(
            Map.of(
                "pom.xml", "<!DOCTYPE project SYSTEM 'x.dtd'><project><testcase/></project>",
                "a/report.xml", "<testsuite><testcase name='a'/></testsuite>"),
            "**/*.xml");
    assertThat(report.tests()).isEqualTo(1);
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void elementsWithoutEndAreGivenUp() throws InterruptedException {
    TestReport report = read("<testsuite>".repeat(100_000));
    assertThat(report.warnings()).singleElement().asString().contains("64 elements");
  }

  @Test
  void whatIsToldIsBoundedAndSecretsAreHiddenAtTheCutToo() throws InterruptedException {
    String message = "x".repeat(TestReport.LONGEST_MESSAGE - 3) + "secret" + "y".repeat(100_000);
    String failing =
        "<testcase name='%s' classname='secret'><failure>%s</failure></testcase>"
            .formatted("n".repeat(5_000), message);
    TestReport report = read("<testsuite>" + failing.repeat(120) + "</testsuite>");
    assertThat(report.tests()).isEqualTo(120);
    assertThat(report.failures()).isEqualTo(120);
    assertThat(report.failed()).hasSize(TestReport.MOST_FAILED);
    FailedCase first = report.failed().getFirst();
    assertThat(first.message()).hasSize(TestReport.LONGEST_MESSAGE).endsWith("x***");
    assertThat(first.className()).isEqualTo("***");
    assertThat(first.name()).hasSize(1_000);
    assertThat(report.failed().stream().mapToInt(each -> each.message().length()).sum())
        .isLessThan(250_000);
  }

  @Test
  void aFileThatIsTooLargeIsAWarning() throws InterruptedException {
    TestReport report = read("<testsuite>" + " ".repeat(TestReports.LARGEST_FILE) + "</testsuite>");
    assertThat(report.warnings()).singleElement().asString().contains("report.xml is not read");
  }

  @Test
  void manyFilesAndManyWarningsAreCutShort() throws InterruptedException {
    Map<String, String> documents = new TreeMap<>();
    IntStream.range(0, WorkspaceFiles.MOST_FILES)
        .forEach(n -> documents.put("r%04d.xml".formatted(n), "<"));
    TestReport report = read(documents, "*.xml");
    assertThat(report.warnings()).hasSize(20);
    assertThat(report.warnings().getFirst()).contains("too many files");
  }

  @ParameterizedTest
  @CsvSource({
    "*.xml, a.xml, true",
    "*.xml, b/a.xml, false",
    "**/*.xml, a.xml, true",
    "**/*.xml, b/c/a.xml, true",
    "./target//x-*/r?.xml, target/x-1/r2.xml, true",
    "target/x-*/r?.xml, target/x-1/r22.xml, false",
    "/harness/out/**, out/a/b.xml, true",
    "out/**/in/*.xml, out/in/a.xml, true",
    "out/**/in/*.xml, out/a/b/in/a.xml, true",
    "out/**/in/*.xml, out/a/b/a.xml, false",
    "*a*b.xml, aab.xml, true",
    "a.xml, a.xml, true"
  })
  void patternsMatchAsInHarness(String pattern, String path, boolean matches) {
    Glob glob = Objects.requireNonNull(Glob.of(pattern));
    assertThat(glob.matches(path)).isEqualTo(matches);
    if (matches) {
      assertThat(path).startsWith(glob.folder()).endsWith(glob.suffix());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/*.xml",
    "../*.xml",
    "a/../../b.xml",
    "~/a.xml",
    "/harness/../etc/x",
    "/harness/"
  })
  void patternsThatLeadOutAreNone(String pattern) {
    assertThat(Glob.of(pattern)).isNull();
  }

  @Test
  void patternsThatTakeOthersForEverTakeNoTime() {
    Glob glob = Objects.requireNonNull(Glob.of("**/a*a*a*a*a*a*a*a*b/".repeat(12) + "x.xml"));
    assertThat(glob.matches(("a".repeat(200) + "/").repeat(30) + "x.xml")).isFalse();
  }
}
