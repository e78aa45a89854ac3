package dev.archway.gateway.access;

/** What a request says about who sent it. */
public sealed interface Authentication {
  /** It shows nothing that this way of showing it knows. */
  record Absent() implements Authentication {}

  /** It shows something that is good. */
  record Known(Caller caller) implements Authentication {}

  /** It shows something that is not. The reason is for the caller and gives nothing away. */
  record Refused(String reason) implements Authentication {}

  /** It shows something that cannot be judged now. */
  record Unavailable(String reason) implements Authentication {}
}
