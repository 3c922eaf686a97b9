using Akka.Actor;

namespace LogosActors.TestKit.Persistence;

/// <summary>What Akka's serialization makes of an event or a snapshot.</summary>
internal sealed record SerializedPayload(int SerializerId, string Manifest, byte[] Bytes)
{
    public static SerializedPayload Of(object payload, ActorSystem system)
    {
        var serializer = system.Serialization.FindSerializerFor(payload);
        return new SerializedPayload(
            serializer.Identifier, Akka.Serialization.Serialization.ManifestFor(serializer, payload),
            Akka.Serialization.Serialization.WithTransport((ExtendedActorSystem)system, (serializer, payload), static with => with.serializer.ToBinary(with.payload)));
    }

    public object Read(ActorSystem system) => system.Serialization.Deserialize(Bytes, SerializerId, Manifest);
}
