package dev.archway.contract.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.archway.contract.plan.CacheKey.Checksum;
import dev.archway.contract.plan.CacheKey.Fact;
import dev.archway.contract.plan.CacheKey.Name;
import dev.archway.contract.plan.CacheKey.Text;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheKeyTest {
  @Test
  void aKeyIsTextAndMacros() {
    assertThat(CacheKey.parse("a-{{ checksum \"app/pom.xml\" }}-{{.Commit.Branch}}-z").parts())
        .isEqualTo(
            List.of(
                new Text("a-"),
                new Checksum("app/pom.xml"),
                new Text("-"),
                new Fact(Name.COMMIT_BRANCH),
                new Text("-z")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ checksum \"my file\" }}",
        "{{checksum `my file`}}",
        "{{  checksum   \"my file\"  }}"
      })
  void aFileMayBeQuotedInAnyWayThatTemplatesKnow(String key) {
    assertThat(CacheKey.parse(key).parts()).isEqualTo(List.of(new Checksum("my file")));
  }

  @Test
  void aFileNeedsNoQuotes() {
    assertThat(CacheKey.parse("{{ checksum go.sum }}").parts())
        .isEqualTo(List.of(new Checksum("go.sum")));
  }

  @ParameterizedTest
  @EnumSource(Name.class)
  void whatIsWrittenIsReadAgain(Name name) {
    CacheKey key =
        new CacheKey(List.of(new Text("x"), new Fact(name), new Checksum("a b"), new Text("<+y>")));
    assertThat(CacheKey.parse(key.written())).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ }}",
        "{{ checksum }}",
        "{{ checksum \"a\" \"b\" }}",
        "{{ .Commit.Author }}",
        "{{ Arch }}",
        "{{ arch",
        "a\\b"
      })
  void whatIsNoMacroIsRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CacheKey.parse(key))
        .withMessageContaining("expected");
  }
}
