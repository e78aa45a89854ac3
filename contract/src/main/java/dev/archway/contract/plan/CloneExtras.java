package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a clone has more, or less, than the commit's tree (Harness page "Git Clone step").
 *
 * @param sparse the only folders that are checked out, beside the files at the top; empty for all
 * @param submodules which submodules are checked out; their repositories are asked over HTTP alone
 * @param tags true fetches the repository's tags as well
 */
public record CloneExtras(
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> sparse,
    Submodules submodules,
    boolean tags) {
  public CloneExtras {
    sparse = List.copyOf(sparse);
  }

  /** Which submodules. */
  public enum Submodules {
    NONE,
    DIRECT,
    /** Those of submodules too. */
    RECURSIVE
  }
}
