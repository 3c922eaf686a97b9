using LogosActors.Actors;

namespace LogosActors.Channels.Channel;

/// <summary>A part of a channel has stopped that the others need: they are all made anew.</summary>
#pragma warning disable CA1032 // it says which, always
internal sealed class ChannelPartStoppedException(ActorRef part) : Exception($"{part} has stopped.");
#pragma warning restore CA1032
