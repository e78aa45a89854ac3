package dev.archway.contract.api;

/**
 * A token that was just made.
 *
 * @param token the text to show; told here once and kept nowhere
 * @param details what is kept of it
 */
public record IssuedToken(String token, TokenView details) {
  /** Leaves the secret out. */
  @Override
  public String toString() {
    return "IssuedToken[" + details.id() + "]";
  }
}
