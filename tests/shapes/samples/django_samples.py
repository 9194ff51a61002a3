import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, User
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinLengthValidator, RegexValidator
from django.db import models
from rest_framework import serializers


class Stamped(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        app_label = "samples"


class Level(models.TextChoices):
    LOW = "low"
    HIGH = "high"


class Place(Stamped):
    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)

    class Meta:
        app_label = "samples"

    @property
    def title(self):
        return self.name.title()


class Tag(models.Model):
    word = models.CharField(max_length=20, primary_key=True)

    class Meta:
        app_label = "samples"


class Visit(Stamped):
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="visits")
    guide = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    tags = models.ManyToManyField(Tag, blank=True)
    note = models.TextField(blank=True)
    report = models.TextField()
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.LOW)
    rating = models.IntegerField(validators=[MaxValueValidator(5)])
    weight = models.FloatField(null=True)
    cost = models.DecimalField(max_digits=8, decimal_places=2)
    paid = models.BooleanField(default=False)
    open = models.BooleanField()
    day = models.DateField()
    at = models.DateTimeField(default=None, null=True)
    mail = models.EmailField(blank=True)
    site = models.URLField()
    extra = models.JSONField(default=dict)
    secret = models.CharField(max_length=30, editable=False)
    token = models.UUIDField()
    letter = models.FileField(upload_to="letters")
    code = models.CharField(max_length=12, validators=[RegexValidator(r"^\d+$")])

    class Meta:
        app_label = "samples"
        unique_together = [("place", "note")]


class LongVisit(Visit):
    nights = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "samples"


class Member(AbstractUser):
    phone = models.CharField(max_length=20, blank=True)
    groups = None
    user_permissions = None

    class Meta:
        app_label = "samples"


# Serializers


class PlainSerializer(serializers.Serializer):
    a = serializers.CharField()
    b = serializers.CharField(max_length=10)
    c = serializers.CharField(required=False)
    d = serializers.CharField(default="x", max_length=5)
    e = serializers.IntegerField(max_value=5)
    f = serializers.IntegerField(min_value=5)
    g = serializers.EmailField()
    h = serializers.BooleanField(default=False)
    i = serializers.ChoiceField(choices=["a", "b"])
    j = serializers.MultipleChoiceField(choices=["a", "b"])
    k = serializers.DateTimeField(read_only=True)
    l2 = serializers.UUIDField(required=False, allow_null=True)
    m = serializers.DecimalField(max_digits=6, decimal_places=2)
    n = serializers.FloatField()
    o = serializers.JSONField()
    p = serializers.DictField(child=serializers.IntegerField())
    q = serializers.ListField(child=serializers.CharField(max_length=3), max_length=4)
    r = serializers.ListField(child=serializers.CharField())
    s = serializers.SerializerMethodField()
    t = serializers.RegexField(r"^\d{3}$", max_length=3)
    u = serializers.SlugField(max_length=50, write_only=True)
    v = serializers.CharField(validators=[MaxLengthValidator(9)])
    w = serializers.CharField(validators=[MinLengthValidator(9)])
    password = serializers.CharField(write_only=True, style={"input_type": "password"})

    def get_s(self, value):
        return 1


class ChildOfPlain(PlainSerializer):
    a = None
    b = serializers.CharField(max_length=20, required=False)
    z = serializers.HiddenField(default=1)


class Nesting(serializers.Serializer):
    one = PlainSerializer()
    many = PlainSerializer(many=True)
    given = PlainSerializer(read_only=True)
    optional = PlainSerializer(required=False, many=True)


class PlaceAll(serializers.ModelSerializer):
    class Meta:
        model = Place
        fields = "__all__"


class PlaceSome(serializers.ModelSerializer):
    class Meta:
        model = Place
        fields = ("id", "name", "title", "created_at")
        read_only_fields = ("name",)


class PlaceWithout(serializers.ModelSerializer):
    link = serializers.CharField(source="slug", read_only=True)

    class Meta:
        model = Place
        exclude = ["slug", "created_at"]


class VisitAll(serializers.ModelSerializer):
    class Meta:
        model = Visit
        fields = "__all__"


class VisitSome(serializers.ModelSerializer):
    place = PlaceSome(read_only=True)
    place_id = serializers.PrimaryKeyRelatedField(queryset=Place.objects.all(), source="place")
    tags = serializers.SlugRelatedField(slug_field="word", queryset=Tag.objects.all(), many=True)

    class Meta:
        model = Visit
        fields = ["id", "place", "place_id", "tags", "report", "rating", "paid", "open", "mail", "extra"]
        extra_kwargs = {
            "report": {"max_length": 500, "required": False},
            "mail": {"write_only": True},
            "rating": {"read_only": True},
        }


class VisitDeep(serializers.ModelSerializer):
    class Meta:
        model = Visit
        fields = ["id", "place", "guide"]
        depth = 1


class VisitChild(VisitSome):
    report = serializers.CharField(max_length=3)

    class Meta(VisitSome.Meta):
        fields = [*VisitSome.Meta.fields, "code"]
        read_only_fields = ["open"]


class LongVisitSerializer(serializers.ModelSerializer):
    class Meta:
        model = LongVisit
        fields = "__all__"


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = "__all__"


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username", "email", "password", "is_staff", "date_joined", "last_login"]
        extra_kwargs = {"password": {"write_only": True}}


class CurrentUser(serializers.ModelSerializer):
    class Meta:
        model = get_user_model()
        fields = ("id", "username", "first_name", "groups")


class MemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        fields = ("id", "username", "phone", "is_active")


# Forms


class PlainForm(forms.Form):
    a = forms.CharField()
    b = forms.CharField(max_length=10)
    c = forms.CharField(required=False)
    d = forms.IntegerField(max_value=7)
    e = forms.IntegerField(min_value=7, required=False)
    f = forms.EmailField()
    g = forms.URLField(required=False)
    h = forms.BooleanField(required=False)
    i = forms.ChoiceField(choices=[("a", "A")])
    j = forms.MultipleChoiceField(choices=[("a", "A")])
    k = forms.DateField()
    m = forms.DecimalField(max_digits=5, decimal_places=1)
    n = forms.FloatField()
    o = forms.JSONField()
    p = forms.SlugField()
    q = forms.RegexField(r"^\d{3}$", max_length=3)
    r = forms.CharField(validators=[MaxLengthValidator(4)])
    s = forms.ModelChoiceField(queryset=Place.objects.all())
    t = forms.UUIDField()
    u = forms.CharField(widget=forms.Textarea)
    v = forms.CharField(disabled=True)
    password = forms.CharField(widget=forms.PasswordInput)
    again = forms.CharField(widget=forms.PasswordInput(attrs={"size": 10}), max_length=30)


class ChildForm(PlainForm):
    a = None
    b = forms.CharField(max_length=5, required=False)
    z = forms.CharField()


class PlaceForm(forms.ModelForm):
    class Meta:
        model = Place
        fields = ["name", "slug"]


class PlaceAllForm(forms.ModelForm):
    class Meta:
        model = Place
        fields = "__all__"


class PlaceWithoutForm(forms.ModelForm):
    more = forms.CharField()

    class Meta:
        model = Place
        exclude = ("slug",)


class VisitForm(forms.ModelForm):
    class Meta:
        model = Visit
        fields = "__all__"
        widgets = {"code": forms.PasswordInput()}


class VisitSmallForm(forms.ModelForm):
    report = forms.CharField(max_length=100, required=False)

    class Meta:
        model = Visit
        fields = ["report", "rating", "paid"]


class VisitSmallerForm(VisitSmallForm):
    class Meta(VisitSmallForm.Meta):
        fields = ["rating", "paid"]


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "email", "is_active"]
