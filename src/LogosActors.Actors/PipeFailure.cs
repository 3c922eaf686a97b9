using Akka.Actor;

namespace LogosActors.Actors;

/// <summary>A piped task has failed or was cancelled.</summary>
/// <remarks>An actor that does not handle it fails with <see cref="Cause"/>, and its supervisor decides.</remarks>
/// <param name="Cause">What the task threw; an <see cref="OperationCanceledException"/> if it was cancelled.</param>
public sealed record PipeFailure(Exception Cause) : INoSerializationVerificationNeeded;
