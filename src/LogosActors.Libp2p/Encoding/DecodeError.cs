namespace LogosActors.Libp2p.Encoding;

/// <summary>Why bytes or text from outside were refused.</summary>
public enum DecodeError
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The input ends before what it announces; with more bytes it may still be valid.</summary>
    Truncated,

    /// <summary>A number has more bits than its type holds.</summary>
    Overflow,

    /// <summary>A number or a message is written longer, or otherwise, than the one form its specification allows.</summary>
    NotCanonical,

    /// <summary>A length, a count or the whole input is over its documented limit.</summary>
    LimitExceeded,

    /// <summary>A protobuf tag is malformed, or its field is not of the type that the message declares.</summary>
    InvalidField,

    /// <summary>A field that the message requires is absent.</summary>
    MissingField,

    /// <summary>Text is not UTF-8, or not of the alphabet that its encoding has.</summary>
    InvalidText,

    /// <summary>A well-formed value is not one that its type can have.</summary>
    InvalidValue,

    /// <summary>A code or a name that is well-formed, but that this implementation does not know.</summary>
    Unsupported,

    /// <summary>The input goes on after the end of what it announces.</summary>
    TrailingBytes,

    /// <summary>A signature does not belong to its key and content.</summary>
    InvalidSignature,
}
